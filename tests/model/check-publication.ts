import type { ConnectionId } from "../../src/domain/connection/connection.ts";
import type { EntityId } from "../../src/domain/subscription/subscription.ts";
import { type EpochMillis, toEpochSeconds } from "../../src/domain/time.ts";
import { isSurelyAllowed } from "./access.ts";
import { checkGranted } from "./check-access.ts";
import type { Socket } from "./gateway-model.ts";
import { isSurelyExpired, mayBeExpired } from "./life.ts";
import type { OracleInput } from "./oracle.ts";
import { type Audience, isDeadLettered, type Publication } from "./publication.ts";

/** The connections that are certainly in the audience of a publication at this moment. */
export function expectedAudience(audience: Audience, moment: number, oracleInput: OracleInput): ConnectionId[] {
  const now = oracleInput.clock.now();
  const reachable = [...oracleInput.gateway.sockets.values()].filter((socket) => isReachable(socket, now, oracleInput));
  const expected = reachable.filter((socket) =>
    "userId" in audience
      ? socket.userId === audience.userId && isIndexed(socket, now, oracleInput)
      : isSubscribed(socket, audience.entityId, { moment, until: moment, now }, oracleInput),
  );
  return expected.map(({ id }) => id);
}

/**
 * Acknowledged before `moment`, and allowed at all times until `until`. The row may have the end of any grant since the
 * request: a later grant counts from its review on.
 */
function isSubscribed(
  socket: Socket,
  entityId: EntityId,
  { moment, until, now }: { readonly moment: number; readonly until: number; readonly now: EpochMillis },
  oracleInput: OracleInput,
): boolean {
  const at = toEpochSeconds(now);
  return oracleInput.history
    .certainSubscriptions(socket.id, entityId, moment)
    .some(({ begun }) => isSurelyAllowed({ socket, entityId, since: begun, at, until }, oracleInput));
}

function isReachable(socket: Socket, now: number, { history }: OracleInput): boolean {
  const ends = [...history.of({ kind: "disconnect", connectionId: socket.id }), ...history.interruptions(socket.id)];
  return socket.state === "open" && ends.length === 0 && !mayBeExpired(socket, history, now);
}

function isIndexed(socket: Socket, now: number, { history, lagMillis }: OracleInput): boolean {
  return history
    .of({ kind: "connect", connectionId: socket.id })
    .some(({ outcome, endedAt }) => outcome === "stored" && endedAt + lagMillis <= now);
}

/** Checks a post that reached a client. */
export function checkDelivery(
  publication: Publication,
  socket: Socket,
  askedAt: EpochMillis,
  oracleInput: OracleInput,
): void {
  const { audience, published, publishedAt } = publication;
  const { history, violations, lagMillis } = oracleInput;
  if ("userId" in audience) {
    violations.expect(socket.userId === audience.userId, "inv:6", "a push reached another user");
    const ended = history
      .of({ kind: "end", connectionId: socket.id })
      .some(({ outcome, endedAt }) => outcome === "done" && endedAt + lagMillis < publishedAt);
    violations.expect(!ended, "inv:5", "a push reached a connection that the service had ended");
  } else {
    const { entityId } = audience;
    const asked = history.possibleSubscriptions(socket.id, entityId, published);
    violations.expect(asked.length > 0, "inv:4", "an update reached a connection without a subscription");
    if (asked.length > 0) checkGranted(socket, entityId, { asked, askedAt }, oracleInput);
  }
  const isExpired = isSurelyExpired(socket, history, published, askedAt);
  violations.expect(!isExpired, "inv:5", "an expired connection was posted to");
}

/** Checks a publication when none of its messages is left in the queue. */
export function checkSettled(publication: Publication, oracleInput: OracleInput): void {
  const { expected, delivered } = publication;
  for (const id of expected) {
    const accounted =
      delivered.includes(id) || isDeadLettered(publication, id) || isExcused(id, publication, oracleInput);
    oracleInput.violations.expect(accounted, "inv:3", "neither delivered nor dead-lettered");
  }
  for (const id of new Set(delivered)) {
    const times = delivered.filter((other) => other === id).length;
    oracleInput.violations.expect(
      times <= mostDeliveries(id, publication, oracleInput),
      "inv:14",
      "delivered again without need",
    );
  }
}

function isExcused(id: ConnectionId, publication: Publication, oracleInput: OracleInput): boolean {
  const { history, gateway } = oracleInput;
  const { audience, settled, settledAt } = publication;
  const socket = gateway.sockets.get(id);
  if (socket === undefined || mayBeExpired(socket, history, settledAt)) return true;
  if ((socket.closedAt ?? settled) < settled) return true;
  if (history.interruptions(id).some(({ begun }) => begun < settled)) return true;
  if (!("entityId" in audience)) return false;
  const ends = history.of({ kind: "unsubscribe", connectionId: id, ...audience });
  if (ends.some(({ begun, ended }) => begun < settled && ended > publication.published)) return true;
  const time = { moment: publication.published, until: settled, now: settledAt as EpochMillis };
  return !isSubscribed(socket, audience.entityId, time, oracleInput);
}

/**
 * Each copy, returned message, lost answer and new subscription allows one delivery; and so does each renewal, which
 * moves a connection in the index of its user.
 */
function mostDeliveries(id: ConnectionId, publication: Publication, { history, lagMillis }: OracleInput): number {
  const { audience, copies, returns, unacknowledged, published, publishedAt, settled } = publication;
  const lost = unacknowledged.filter((other) => other === id).length;
  const requests =
    "entityId" in audience
      ? history.of({ kind: "subscribe", connectionId: id, ...audience }).filter(({ ended }) => ended > published)
      : history.of({ kind: "renew", connectionId: id }).filter(({ endedAt }) => endedAt + lagMillis >= publishedAt);
  const anew = requests.filter(({ begun }) => begun < settled).length;
  return copies + returns + lost + anew;
}
