import { type EpochSeconds, wholeSeconds } from "../time.ts";
import { type Connection, closesAt, isExpired } from "./connection.ts";

/** Why the service ends a connection. The last frame tells the client. */
export type EndingCode = "CONNECTION_EXPIRED" | "DISCONNECTED" | "TOKEN_EXPIRED" | "TOKEN_REVOKED";

export const ENDING_CODES = [
  "CONNECTION_EXPIRED",
  "DISCONNECTED",
  "TOKEN_EXPIRED",
  "TOKEN_REVOKED",
] as const satisfies readonly EndingCode[];

/** The contents of the last frame. */
export type Ending = {
  readonly code: EndingCode;
  readonly reconnect: boolean;
  /** The client reconnects after a random time below this, in whole seconds. */
  readonly retryWithin: number;
  /** The reason that the administrator stated. */
  readonly reason?: string;
};

/** Undefined before the connection's end. */
export function expiryCode(
  connection: Connection,
  now: EpochSeconds,
): "CONNECTION_EXPIRED" | "TOKEN_EXPIRED" | undefined {
  if (!isExpired(connection, now)) return undefined;
  return connection.token.expiresAt < closesAt(connection.connectedAt) ? "TOKEN_EXPIRED" : "CONNECTION_EXPIRED";
}

/** Reconnects below this rate leave room for other handshakes: API Gateway takes 500 new connections a second. */
const RECONNECTS_PER_SECOND = 400;
const SMALL_CUT = 100;

/** The time over which the clients of a cut reconnect, in whole seconds. An estimate of the number of sockets will do. */
export function retryWithin(sockets: number): number {
  const rest = sockets % RECONNECTS_PER_SECOND;
  return sockets <= SMALL_CUT ? 0 : (sockets - rest) / RECONNECTS_PER_SECOND + (rest > 0 ? 1 : 0);
}

/** Connections that end within ten seconds are found and ended together. */
const SLOT_SECONDS = 10;

/** The first second of a slot. */
export type EndSlot = EpochSeconds & { readonly slot: true };

/** The slot in which a moment is. */
export function endSlot(moment: EpochSeconds): EndSlot {
  return wholeSeconds((moment - (moment % SLOT_SECONDS)) as EpochSeconds) as EndSlot;
}

/** The first moment at which all connections of a slot have ended. */
export function slotIsOverAt(slot: EndSlot): EpochSeconds {
  return (slot + SLOT_SECONDS) as EpochSeconds;
}

/** The slots that begin in a span of time; the end is excluded. */
export function slotsBetween(from: EpochSeconds, until: EpochSeconds): readonly EndSlot[] {
  const first = from % SLOT_SECONDS === 0 ? endSlot(from) : endSlot(slotIsOverAt(endSlot(from)));
  const slots: EndSlot[] = [];
  for (let slot = first; slot < until; slot = endSlot(slotIsOverAt(slot))) slots.push(slot);
  return slots;
}
