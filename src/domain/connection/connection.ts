import type { Brand } from "../brand.ts";
import type { Identity } from "../identity/identity.ts";
import { addSeconds, type EpochMillis, type EpochSeconds, earlier, toEpochSeconds, wholeSeconds } from "../time.ts";
import type { TokenFacts } from "../token/token-facts.ts";

/** An open WebSocket with its user. */
export type Connection = {
  readonly id: ConnectionId;
  readonly identity: Identity;
  readonly sourceIp: string;
  readonly userAgent?: string;
  readonly connectedAt: EpochMillis;
  /** Of the handshake, or of the last renewal. */
  readonly token: TokenFacts;
  /** In whole seconds. From this moment on no read returns the record as live, even if it has not been removed yet. */
  readonly expiresAt: EpochSeconds;
};

/**
 * The beginning and the end of a connection. The connection's record owns both. Copies elsewhere save readers a read of
 * the record.
 */
export type ConnectionLifetime = Pick<Connection, "connectedAt" | "expiresAt">;

/**
 * API Gateway ends every WebSocket after two hours, without a word (developer guide, WebSocket quotas). Two minutes
 * earlier the client is told to reconnect.
 */
const MAX_CONNECTION_SECONDS = 7080;

/** The end of a connection, whatever its token: 1 h 58 min after its handshake. */
export function closesAt(connectedAt: EpochMillis): EpochSeconds {
  return addSeconds(toEpochSeconds(connectedAt), MAX_CONNECTION_SECONDS);
}

/** The end of a connection with a token: the token's expiry or `closesAt`, whichever comes first. */
export function connectionExpiry(connectedAt: EpochMillis, tokenExpiresAt: EpochSeconds): EpochSeconds {
  return earlier(wholeSeconds(tokenExpiresAt), closesAt(connectedAt));
}

/** The time for which a closed id is remembered as closed. No `$connect` arrives later than this. */
export const CLOSED_ID_SECONDS = 3600;

export function isExpired(record: { readonly expiresAt: EpochSeconds }, now: EpochSeconds): boolean {
  return record.expiresAt <= now;
}

/** API Gateway's name for one WebSocket: base64url with its padding. Only the gateway makes ids. */
export type ConnectionId = Brand<string, "ConnectionId">;

/**
 * The gateway's ids have 20 characters today and had 16 before. The bound allows longer ids and still limits the size
 * of a key.
 */
const CONNECTION_ID = /^[A-Za-z0-9_-]{1,126}={0,2}$/;

export function parseConnectionId(value: unknown): ConnectionId | undefined {
  return typeof value === "string" && CONNECTION_ID.test(value) ? (value as ConnectionId) : undefined;
}
