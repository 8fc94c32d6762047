import { randomBytes } from "node:crypto";

/** The gateway's ids are 11 bytes in base64url with their padding: 16 characters, `PJqCOG4zqRcFcPw=`. */
export function gatewayId(): string {
  return `${randomBytes(11).toString("base64url")}=`;
}

/** Ends in the same five characters as the connection's id. */
export function messageIdOn(connectionId: string): string {
  return gatewayId().slice(0, -5) + connectionId.slice(-5);
}

/** What a management call may name. Others cannot have come from a gateway, and are told apart from unknown ones. */
export function isGatewayId(text: string): boolean {
  return /^[A-Za-z0-9_-]{15}=$/.test(text);
}
