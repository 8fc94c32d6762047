import { closesAt, connectionExpiry } from "../../src/domain/connection/connection.ts";
import type { EndingCode } from "../../src/domain/connection/ending.ts";
import { type EpochMillis, type EpochSeconds, later, toEpochSeconds } from "../../src/domain/time.ts";
import type { Socket } from "./gateway-model.ts";
import type { History, Operation } from "./history.ts";
import type { ModelToken } from "./tokens.ts";

type Renewal = Operation & { readonly token: ModelToken };

/**
 * The token that a connection certainly has: that of its handshake, or of the acknowledged renewal with the latest end.
 * A renewal that was acknowledged after the connection's end is not certain.
 */
export function certainToken(socket: Socket, history: History, until = Number.POSITIVE_INFINITY): ModelToken {
  let token = socket.token;
  const acknowledged = renewalsOf(socket, history)
    .filter(({ outcome, ended }) => outcome === "renewed" && ended <= until)
    .sort((one, other) => one.ended - other.ended);
  for (const one of acknowledged) {
    const inTime = toEpochSeconds(one.endedAt as EpochMillis) < endOf(socket, token);
    if (inTime && one.token.expiresAt > token.expiresAt) token = one.token;
  }
  return token;
}

/**
 * The tokens that a connection may have had at any moment since `since`, the certain one first. Without the token of a
 * renewal that is judged.
 */
export function possibleTokens(
  socket: Socket,
  history: History,
  since: number,
  without?: ModelToken,
): readonly ModelToken[] {
  const certain = certainToken(socket, history, since);
  const others = renewalsOf(socket, history).filter(
    ({ outcome, ended, token }) =>
      token !== without && (!isRefused(outcome) || ended > since) && token.expiresAt > certain.expiresAt,
  );
  return [certain, ...others.map(({ token }) => token)];
}

export function certainEnd(socket: Socket, history: History, until?: number): EpochSeconds {
  return endOf(socket, certainToken(socket, history, until));
}

export function possibleEnd(socket: Socket, history: History, since: number): EpochSeconds {
  return possibleTokens(socket, history, since)
    .map((token) => endOf(socket, token))
    .reduce(later);
}

/** Nothing may be pushed to this connection any more, or accepted from it, whichever of its renewals counted. */
export function isSurelyExpired(socket: Socket, history: History, since: number, atMillis: EpochMillis): boolean {
  return possibleEnd(socket, history, since) <= toEpochSeconds(atMillis);
}

/** The connection's time may be over, since no renewal was acknowledged that moved its end past this time. */
export function mayBeExpired(socket: Socket, history: History, atMillis: number): boolean {
  return certainEnd(socket, history) <= toEpochSeconds(atMillis as EpochMillis);
}

export function endOf({ connectedAt }: Socket, { expiresAt }: ModelToken): EpochSeconds {
  return connectionExpiry(connectedAt, expiresAt);
}

/** Says why a connection with this token ends. */
export function expiryCodeOf({ connectedAt }: Socket, { expiresAt }: ModelToken): EndingCode {
  return expiresAt < closesAt(connectedAt) ? "TOKEN_EXPIRED" : "CONNECTION_EXPIRED";
}

function renewalsOf({ id }: Socket, history: History): Renewal[] {
  return history.of({ kind: "renew", connectionId: id }) as Renewal[];
}

function isRefused(outcome: Operation["outcome"]): boolean {
  return outcome !== "under-way" && outcome !== "failed" && outcome !== "renewed";
}
