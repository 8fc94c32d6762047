import type { EndedSubscriptions } from "../../src/application/ports/connection-ender.ts";
import type { ConnectionId } from "../../src/domain/connection/connection.ts";
import type { EntityId } from "../../src/domain/subscription/subscription.ts";
import { type EpochMillis, type EpochSeconds, toEpochSeconds } from "../../src/domain/time.ts";
import { isSurelyAllowed, mayBeAllowed } from "./access.ts";
import { indexedAtOf, isInDeadLetter } from "./check-ending.ts";
import { ENTITIES } from "./fixtures.ts";
import type { Socket } from "./gateway-model.ts";
import { isAcknowledged, isWithoutEffect, type Operation } from "./history.ts";
import { mayBeExpired } from "./life.ts";
import type { OracleInput } from "./oracle.ts";
import type { Simulation } from "./simulation.ts";

/** From a withdrawal, or a renewal that grants less, to the end of what it does not allow. */
const REVIEWED_MILLIS = 5000;

/** For a connection that the index did not know yet: the last reading after an event, and the same again. */
const READ_AGAIN_MILLIS = 15_000;

/** Checks what a request about one entity was answered, against what was granted meanwhile. */
export function checkDecision(operation: Operation, socket: Socket, oracleInput: OracleInput): void {
  const { outcome, entityId, begun, begunAt, ended, endedAt } = operation;
  if (entityId === undefined) return;
  const { violations } = oracleInput;
  const question = { socket, entityId, since: begun, until: ended };
  if (outcome === "subscribed") {
    const isGranted = mayBeAllowed({ ...question, at: toEpochSeconds(begunAt) }, oracleInput);
    violations.expect(isGranted, "inv:27", "a subscription was acknowledged that nothing grants");
  }
  if (outcome === "denied") {
    const isGranted = isSurelyAllowed({ ...question, at: toEpochSeconds(endedAt as EpochMillis) }, oracleInput);
    violations.expect(!isGranted, "inv:27", "a subscription was denied that is granted");
  }
}

/** Checks the order of a request that has a number. */
export function checkOrder(operation: Operation, { history, violations }: OracleInput): void {
  const { connectionId, seq, outcome, begun, ended } = operation;
  if (seq === undefined) return;
  const others = history.numbered(connectionId).filter((one) => one.seq >= seq && one !== operation);
  if (isAcknowledged(operation)) {
    const isLate = others.some((one) => isAcknowledged(one) && one.ended < begun);
    violations.expect(!isLate, "inv:31", "a request was acknowledged after a later one");
  }
  if (outcome === "stale") {
    const hasCause = others.some((one) => one.begun < ended && !isWithoutEffect(one));
    violations.expect(hasCause, "inv:31", "a request was called stale, though none came after it");
  }
}

/** Checks an update that reached a client, `asked` for by one of these requests. */
export function checkGranted(
  socket: Socket,
  entityId: EntityId,
  { asked, askedAt }: { readonly asked: readonly Operation[]; readonly askedAt: EpochMillis },
  oracleInput: OracleInput,
): void {
  const { history, violations, conditions } = oracleInput;
  const at = toEpochSeconds(askedAt);
  const wasGranted = asked.some(({ begun }) => mayBeAllowed({ socket, entityId, since: begun, at }, oracleInput));
  violations.expect(wasGranted, "inv:28", "an update reached a client after the end of its grant");
  // A $connect that came again may have closed the connection: no review finds it.
  const wasConfused = history.interruptions(socket.id).some(({ kind }) => kind === "connect");
  if (!conditions.calm || wasConfused) return;
  const isKnown = indexedAtOf(socket, oracleInput) <= askedAt - READ_AGAIN_MILLIS;
  const earliest = askedAt - (isKnown ? REVIEWED_MILLIS : READ_AGAIN_MILLIS);
  const since = history.momentAt(earliest);
  const isGranted = mayBeAllowed({ socket, entityId, since, at }, oracleInput);
  violations.expect(isGranted, "inv:29", "an update reached a client long after it lost its grant");
}

/** Checks a write that a review did not see: it was decided after the review, since what decides may have changed. */
export function checkReviewed(id: ConnectionId, decidedAt: number, { reviewed, violations }: Simulation): void {
  const isSeen = (reviewed.get(id) ?? 0) <= decidedAt;
  violations.expect(isSeen, "inv:29", "a subscription was decided before a review, and written after it");
}

/** Checks a frame that told a client of ended subscriptions. */
export function checkTold(socket: Socket, { ended, seq }: EndedSubscriptions, simulation: Simulation): void {
  const { violations, history, truth } = simulation;
  const { id } = socket;
  for (const { entityId } of ended) {
    const ends = history.of({ kind: "review", connectionId: id, entityId });
    violations.expect(ends.length > 0, "inv:30", "a client was told of an end that there was not");
    if (!truth.connections.entitiesOf(id).has(entityId)) continue;
    // The client takes no notice if it asked with a greater number.
    const last = Math.max(...ends.map((end) => end.ended));
    const lives = history
      .possibleSubscriptions(id, entityId, history.now())
      .some((one) => one.ended > last && (one.seq === undefined || (seq !== undefined && one.seq > seq)));
    violations.expect(lives, "inv:30", "a client was told of the end of a subscription that lives");
  }
}

/** The moment and the time from which the schedule and the queues had their time for all that was to be done. */
export type Swept = { readonly moment: number; readonly at: EpochSeconds };

/** Checks, when all reviews have ended, that nothing is followed that is not granted, and that clients know. */
export function checkReviews(swept: Swept, simulation: Simulation): void {
  const { gateway, history, clock, truth, adminEvents } = simulation;
  for (const socket of gateway.sockets.values()) {
    const isOver = history.endings(socket.id).length > 0 || mayBeExpired(socket, history, clock.now());
    const changes = [...adminEvents.values()].filter(
      ({ order }) => order.kind === "access" && order.change.userId === socket.userId,
    );
    if (socket.state !== "open" || isOver || isInDeadLetter(socket, changes, simulation)) continue;
    for (const entityId of truth.connections.entitiesOf(socket.id)) checkRow(socket, entityId, swept, simulation);
    for (const entityId of ENTITIES) checkKnown(socket, entityId, simulation);
  }
}

function checkRow(socket: Socket, entityId: EntityId, { moment, at }: Swept, simulation: Simulation): void {
  const { conditions, violations, truth } = simulation;
  // Whether a renewal that failed took effect, the record tells.
  const { grants = [] } = truth.connections.openRecord(socket.id) ?? {};
  // The row of a grant that ended, whose only run of the schedule was lost, is shown to nobody.
  const isMissed = (conditions.runs ?? []).includes("lost");
  const question = { socket, entityId, grants, since: moment, at: isMissed ? (0 as EpochSeconds) : at };
  violations.expect(mayBeAllowed(question, simulation), "inv:29", "a subscription outlives its grant");
}

/** The client was told of the last review that ended its subscription, unless it asked for it again meanwhile. */
function checkKnown({ id, behaviour, toldFrames }: Socket, entityId: EntityId, simulation: Simulation): void {
  const { history, violations, conditions } = simulation;
  const reviews = history.of({ kind: "review", connectionId: id, entityId });
  const last = Math.max(...reviews.map(({ ended }) => ended));
  const asked = history.of({ kind: "subscribe", connectionId: id, entityId });
  if (reviews.length === 0 || asked.some((one) => one.ended > last && !isWithoutEffect(one))) return;
  const frames = toldFrames.filter(({ told, ended }) => told > last && ended.some((one) => one.entityId === entityId));
  violations.expect(frames.length > 0, "inv:30", "a client does not know that its subscription has ended");
  if (conditions.calm && behaviour === "healthy") {
    const latest = history.timeOf(last) + REVIEWED_MILLIS;
    violations.expect(
      frames.some((frame) => frame.at <= latest),
      "inv:30",
      "a client was told too late",
    );
  }
  // What it asked for with a greater number, it believes in.
  const acknowledged = asked.filter(({ outcome }) => outcome === "subscribed");
  const isBelieved = frames.some(({ seq }) => acknowledged.every((one) => (one.seq ?? 0) <= (seq ?? Infinity)));
  violations.expect(frames.length === 0 || isBelieved, "inv:30", "a client was told by too small a number");
}
