import type { Brand } from "../brand.ts";
import type { Identity } from "../identity/identity.ts";
import { addSeconds, type EpochMillis, type EpochSeconds, earlier, toEpochSeconds, wholeSeconds } from "../time.ts";

/** An open WebSocket and who is on it. */
export type Connection = {
  readonly id: ConnectionId;
  readonly identity: Identity;
  readonly sourceIp: string;
  readonly userAgent?: string;
  readonly connectedAt: EpochMillis;
  /** Whole seconds. From this moment on the record must not be shown, whether or not it was removed. */
  readonly expiresAt: EpochSeconds;
};

/**
 * When a connection began, and when it ends. The connection's record owns both: elsewhere they are copies of it, which
 * spare a reader the record.
 */
export type ConnectionLifetime = Pick<Connection, "connectedAt" | "expiresAt">;

/** API Gateway ends every WebSocket after two hours (developer guide, WebSocket quotas). */
const MAX_CONNECTION_SECONDS = 7200;

/** A connection outlives neither its token nor what the gateway grants it. */
export function connectionExpiry(connectedAt: EpochMillis, tokenExpiresAt: EpochSeconds): EpochSeconds {
  return earlier(wholeSeconds(tokenExpiresAt), addSeconds(toEpochSeconds(connectedAt), MAX_CONNECTION_SECONDS));
}

/** For how long an id that was closed is remembered as closed: no `$connect` arrives that late. */
export const CLOSED_ID_SECONDS = 3600;

export function isExpired(record: { readonly expiresAt: EpochSeconds }, now: EpochSeconds): boolean {
  return record.expiresAt <= now;
}

/** API Gateway's name for one WebSocket: base64url with its padding. Minted by the gateway, never by us. */
export type ConnectionId = Brand<string, "ConnectionId">;

/** The gateway's are 20 characters long today, and were 16; the bound leaves room without letting a key grow. */
const CONNECTION_ID = /^[A-Za-z0-9_-]{1,126}={0,2}$/;

export function parseConnectionId(value: unknown): ConnectionId | undefined {
  return typeof value === "string" && CONNECTION_ID.test(value) ? (value as ConnectionId) : undefined;
}
