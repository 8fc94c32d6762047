import type { Brand } from "../brand.ts";

/** API Gateway's name for one WebSocket: base64url with its padding. Minted by the gateway, never by us. */
export type ConnectionId = Brand<string, "ConnectionId">;

/** The gateway's are 20 characters long today, and were 16; the bound leaves room without letting a key grow. */
const CONNECTION_ID = /^[A-Za-z0-9_-]{1,126}={0,2}$/;

export function parseConnectionId(value: unknown): ConnectionId | undefined {
  return typeof value === "string" && CONNECTION_ID.test(value) ? (value as ConnectionId) : undefined;
}
