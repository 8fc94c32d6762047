import { CLOSED_ID_SECONDS, type ConnectionId } from "../../src/domain/connection/connection.ts";
import type { Ending, EndingCode } from "../../src/domain/connection/ending.ts";
import type { DisconnectionOrder } from "../../src/domain/connection/ending-order.ts";
import { type EpochMillis, type EpochSeconds, toEpochSeconds } from "../../src/domain/time.ts";
import { isRevokedBy, type Revocation } from "../../src/domain/token/revocation.ts";
import type { AdminEvent } from "./admin.ts";
import { mayBeRevoked, revocationsOf } from "./check-token.ts";
import type { Socket } from "./gateway-model.ts";
import { certainEnd, certainToken, endOf, expiryCodeOf, mayBeExpired, possibleEnd, possibleTokens } from "./life.ts";
import type { OracleInput } from "./oracle.ts";
import type { Simulation } from "./simulation.ts";
import { factsOf, type ModelToken } from "./tokens.ts";

/** The client has a second to read its last frame. */
const FAREWELL_MILLIS = 1000;

/** From the end to the last frame, and the time that requests about other connections take. */
const TOLD_WITHIN_SECONDS = 60;
const PACE_SECONDS = 10;

/** From an event about one user to the closed sockets, for those that the index knows; else from its last reading. */
const CLOSED_WITHIN_SECONDS = 5;
const LAST_READING_SECONDS = 10;

/** A connection whose end came to be known so shortly before it is found by one run of the schedule only. */
const KNOWN_BEFORE_SECONDS = 130;

/** Checks the moment at which the service ends a connection in the store. */
export function checkEnd(id: ConnectionId, code: EndingCode, simulation: Simulation): void {
  const { violations, history, clock, gateway } = simulation;
  const socket = gateway.sockets.get(id);
  if (socket === undefined) return;
  if (!socket.ended.includes(code)) socket.ended.push(code);
  socket.endedAt ??= clock.now();
  const tokens = possibleTokens(socket, history, history.now());
  switch (code) {
    case "TOKEN_EXPIRED":
    case "CONNECTION_EXPIRED": {
      violations.expect(mayBeExpired(socket, history, clock.now()), "inv:20", "a connection was ended before its end");
      const isRight = tokens.some((token) => expiryCodeOf(socket, token) === code);
      violations.expect(isRight, "inv:25", "a connection was ended by the wrong code");
      return;
    }
    case "TOKEN_REVOKED": {
      const { userId } = socket;
      const isRevoked = (token: ModelToken) => mayBeRevoked({ userId, token }, history.now(), simulation);
      const isRefused = history.of({ kind: "renew", connectionId: id }).some(({ token }) => token && isRevoked(token));
      const [invariant, what] = isRefused
        ? (["inv:23", "a connection was ended for a renewal that was refused"] as const)
        : (["inv:24", "a connection was ended although its token counts"] as const);
      violations.expect(tokens.some(isRevoked), invariant, what);
      return;
    }
    case "DISCONNECTED":
      violations.expect(
        disconnectionsOf(socket, simulation).length > 0,
        "inv:26",
        "a connection was ended that no event means",
      );
  }
}

/** Checks a last frame that reached a client. */
export function checkLastFrame(socket: Socket, ending: Ending, simulation: Simulation): void {
  const { violations } = simulation;
  violations.expect(socket.ended.includes(ending.code), "inv:25", "a last frame before the end, or with another code");
  const isRight = (order: DisconnectionOrder) => order.reconnect === ending.reconnect && order.reason === ending.reason;
  const orders = disconnectionsOf(socket, simulation).map(({ order }) => order as DisconnectionOrder);
  const saysRight = ending.code === "DISCONNECTED" ? orders.some(isRight) : ending.reconnect;
  violations.expect(saysRight, "inv:25", "a last frame gives the client a wrong advice");
}

/** Checks a DELETE that closes a socket. */
export function checkDelete(socket: Socket, askedAt: number, { violations, conditions }: Simulation): void {
  violations.expect(socket.ended.length > 0, "inv:20", "a socket was closed whose connection had not ended");
  const [first] = socket.lastFrames;
  if (first !== undefined)
    violations.expect(askedAt - first.at >= FAREWELL_MILLIS, "inv:25", "a client had no time to read its last frame");
  else if (conditions.calm && socket.behaviour === "healthy")
    violations.expect(false, "inv:25", "a socket was closed without a last frame");
}

/** Checks, when everything has ended and the schedule has run on, that no socket stays open that must be closed. */
export function checkSockets(simulation: Simulation): void {
  for (const socket of simulation.gateway.sockets.values()) {
    const { openedAt, id } = socket;
    // A $connect that came again may have closed the connection, and the gateway is not told to close its socket.
    const wasConfused = simulation.history.interruptions(id).some(({ kind }) => kind === "connect");
    if (openedAt === undefined || wasConfused) continue;
    if (socket.state === "open") checkOpenSocket(socket, simulation);
    if (simulation.conditions.calm && socket.behaviour === "healthy") checkPromptness(socket, simulation);
  }
}

function checkOpenSocket(socket: Socket, simulation: Simulation): void {
  const { violations, history, clock, conditions } = simulation;
  if (isGivenUp(socket, simulation) || isForgotten(socket, simulation)) return;
  violations.expect(socket.ended.length === 0, "inv:13", "nothing will close the socket of an ended connection");
  const overdue = clock.now() / 1000 - (TOLD_WITHIN_SECONDS + KNOWN_BEFORE_SECONDS);
  const isOverdue = possibleEnd(socket, history, history.now()) < overdue;
  if (conditions.runs !== undefined && isOverdue && !isMissedByRuns(socket, simulation))
    violations.expect(false, "inv:20", "a socket stays open after its end");
  // No event looks for a connection whose time is over: that is the schedule's.
  if (mayBeExpired(socket, history, clock.now())) return;
  const tokens = possibleTokens(socket, history, history.now());
  const isRevoked = tokens.every((token) =>
    revocationsOf({ userId: socket.userId, token }, simulation).some(({ deliveredAt }) => Number.isFinite(deliveredAt)),
  );
  violations.expect(!isRevoked, "inv:24", "a socket stays open although its token is revoked");
  const events = disconnectionsOf(socket, simulation).filter((event) => finds(event, socket, simulation));
  violations.expect(events.length === 0, "inv:26", "a socket stays open although its user was disconnected");
}

/** Bounds in time, which hold where nothing fails. */
function checkPromptness(socket: Socket, simulation: Simulation): void {
  const { violations, history, clock } = simulation;
  const { closedAtMillis = Number.POSITIVE_INFINITY, lastFrames } = socket;
  const end = certainEnd(socket, history);
  const latest = (end + TOLD_WITHIN_SECONDS + PACE_SECONDS) * 1000;
  const tokens = possibleTokens(socket, history, history.now());
  const isAlone = tokens.length === 1 && eventsAbout(socket, simulation).length === 0;
  if (simulation.conditions.runs !== undefined && isAlone && clock.now() > latest && closedAtMillis > end * 1000) {
    const code = expiryCodeOf(socket, certainToken(socket, history));
    const isTold = lastFrames.some(({ ending, at }) => ending.code === code && at >= end * 1000 && at <= latest);
    const isGone = lastFrames.length === 0 && closedAtMillis <= latest;
    violations.expect(isTold || isGone, "inv:25", "a client was not told of its end in time");
  }
  for (const { order, deliveredAt } of eventsAbout(socket, simulation)) {
    if (order.kind === "access") continue;
    const isOfUser = order.kind === "disconnection" || order.revocation.kind !== "issuer";
    const isKnown = indexedAtOf(socket, simulation) <= deliveredAt && (socket.openedAt ?? 0) <= deliveredAt;
    if (!isOfUser || !isKnown || end * 1000 <= deliveredAt) continue;
    if (order.kind === "revocation" && !wasRevokedWith(socket, order.revocation, deliveredAt, simulation)) continue;
    const isInTime = closedAtMillis <= deliveredAt + CLOSED_WITHIN_SECONDS * 1000;
    violations.expect(
      isInTime,
      order.kind === "revocation" ? "inv:24" : "inv:26",
      "a user's socket was closed too late",
    );
  }
}

/** The socket had the token of its handshake then, and that token is revoked. */
function wasRevokedWith(
  { id, userId, token }: Socket,
  revocation: Revocation,
  deliveredAt: number,
  { history }: Simulation,
): boolean {
  const renewals = history.of({ kind: "renew", connectionId: id });
  const isFirst = renewals.every(({ begunAt }) => begunAt > deliveredAt);
  return isFirst && isRevokedBy({ userId, token: factsOf(token) }, revocation);
}

function eventsAbout(socket: Socket, simulation: Simulation): readonly AdminEvent[] {
  const tokens = possibleTokens(socket, simulation.history, 0);
  const { userId } = socket;
  const revocations = [socket.token, ...tokens].flatMap((token) => revocationsOf({ userId, token }, simulation));
  return [...new Set([...revocations, ...disconnectionsOf(socket, simulation)])];
}

function disconnectionsOf({ id, userId, connectedAt }: Socket, { adminEvents }: Simulation): readonly AdminEvent[] {
  return [...adminEvents.values()].filter(
    ({ order }) =>
      order.kind === "disconnection" &&
      order.userId === userId &&
      order.exceptConnectionId !== id &&
      toEpochSeconds(connectedAt) <= order.orderedAt,
  );
}

/** The last reading of the index that the event caused knew the connection. */
function finds({ deliveredAt }: AdminEvent, socket: Socket, simulation: Simulation): boolean {
  return indexedAtOf(socket, simulation) <= deliveredAt + LAST_READING_SECONDS * 1000;
}

export function indexedAtOf(
  { id }: Socket,
  { history, lagMillis }: Pick<OracleInput, "history" | "lagMillis">,
): number {
  const stored = history.of({ kind: "connect", connectionId: id }).filter(({ outcome }) => outcome === "stored");
  return Math.min(...stored.map(({ endedAt }) => endedAt)) + lagMillis;
}

/** A dead letter of the function has the connection, so that operators know. */
function isGivenUp(socket: Socket, simulation: Simulation): boolean {
  return isInDeadLetter(socket, eventsAbout(socket, simulation), simulation);
}

/** A dead letter has the connection, or one of the events. */
export function isInDeadLetter(socket: Socket, about: readonly AdminEvent[], simulation: Simulation): boolean {
  const events = new Set(about.map(({ order }) => order.eventId));
  return simulation.unended.some(({ task: { order, part } }) => {
    if (part.kind === "named") return part.ids.includes(socket.id);
    return !("eventId" in order) || events.has(order.eventId);
  });
}

/** A dead letter that comes back after an hour finds nothing: only the gateway's two hours close the socket. */
function isForgotten({ endedAt }: Socket, { wasRedriven, clock }: Simulation): boolean {
  return wasRedriven && endedAt !== undefined && clock.now() - endedAt >= CLOSED_ID_SECONDS * 1000;
}

/** A lost run is made up for by its neighbours, but not for a connection that only one run can find. */
function isMissedByRuns(socket: Socket, { conditions, history }: Simulation): boolean {
  if (!(conditions.runs ?? []).some((run) => run === "lost")) return false;
  const renewals = history.of({ kind: "renew", connectionId: socket.id });
  const known = Math.max(socket.connectedAt, ...renewals.map(({ endedAt }) => endedAt));
  // A renewal that was taken back leaves the end before it, which may be near by then.
  const ends = possibleTokens(socket, history, history.now()).map((token) => endOf(socket, token));
  const isNear = (end: EpochSeconds) => end - toEpochSeconds(known as EpochMillis) < KNOWN_BEFORE_SECONDS;
  return ends.some(isNear) || !Number.isFinite(known);
}
