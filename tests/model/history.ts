import type { Absence } from "../../src/application/ports/connection-store.ts";
import type { ConnectionId } from "../../src/domain/connection/connection.ts";
import type { Seq } from "../../src/domain/connection/seq.ts";
import type { UserId } from "../../src/domain/identity/identity.ts";
import type { EntityId } from "../../src/domain/subscription/subscription.ts";
import type { EpochMillis } from "../../src/domain/time.ts";
import type { FixedClock } from "../fakes/fixed-clock.ts";
import type { ModelToken } from "./tokens.ts";

/** One call of one use case, as its caller saw it. */
export type Operation = {
  /**
   * A push that finds a connection gone does a `clean-up`. The function that ends connections does an `end`, and when the
   * socket is closed a `forget`, which removes the subscriptions; a `review` that ended one of them. A request about
   * several entities is one operation for each.
   */
  readonly kind:
    | "connect"
    | "disconnect"
    | "clean-up"
    | "end"
    | "forget"
    | "subscribe"
    | "unsubscribe"
    | "renew"
    | "review";
  readonly connectionId: ConnectionId;
  readonly userId?: UserId;
  readonly entityId?: EntityId;
  readonly seq?: Seq | undefined;
  /** The token of a handshake, or the one that a renewal presents. */
  readonly token?: ModelToken;
  /** Moments are numbered, so that any two have an order. */
  readonly begun: number;
  readonly begunAt: EpochMillis;
  /** The moment at which its token was written to the connection's record. */
  written?: number;
  /** Infinite while it may still take effect. */
  ended: number;
  endedAt: number;
  /** A `failed` operation may have taken effect wholly, in part, or not at all. */
  outcome:
    | "under-way"
    | "failed"
    | "done"
    | "stored"
    | "closed"
    | "taken"
    | "subscribed"
    | "denied"
    | "not-connected"
    | "token-expired"
    | "token-revoked"
    | "unsubscribed"
    | "limit-reached"
    | "stale"
    | "not-ended"
    | "renewed"
    | "user-changed"
    | "ends-no-later"
    | "revoked"
    | "signature-invalid"
    | "rejected";
};

type Wanted = Pick<Operation, "kind" | "connectionId"> & { readonly entityId?: EntityId | undefined };

/** All operations with their moments and outcomes: the oracle knows nothing else of the system. */
export class History {
  readonly #clock: FixedClock;
  readonly #operations: Operation[] = [];
  /** The time of each moment, in milliseconds. The first moment is 1. */
  readonly #times: EpochMillis[] = [];

  constructor(clock: FixedClock) {
    this.#clock = clock;
  }

  now(): number {
    this.#times.push(this.#clock.now());
    return this.#times.length;
  }

  /** The time of a moment, in milliseconds; infinite for a moment that did not come. */
  timeOf(moment: number): number {
    return this.#times[moment - 1] ?? Number.POSITIVE_INFINITY;
  }

  /** The first moment that came at this time or later, in milliseconds. */
  momentAt(millis: number): number {
    const found = this.#times.findIndex((time) => time >= millis);
    return found === -1 ? this.#times.length + 1 : found + 1;
  }

  begin(operation: Pick<Operation, "kind" | "connectionId" | "userId" | "entityId" | "token" | "seq">): Operation {
    const begun: Operation = {
      ...operation,
      begun: this.now(),
      begunAt: this.#clock.now(),
      ended: Number.POSITIVE_INFINITY,
      endedAt: Number.POSITIVE_INFINITY,
      outcome: "under-way",
    };
    this.#operations.push(begun);
    return begun;
  }

  end(operation: Operation, outcome: Operation["outcome"]): void {
    operation.ended = this.now();
    operation.endedAt = this.#clock.now();
    operation.outcome = outcome;
  }

  of({ kind, connectionId, entityId }: Wanted): readonly Operation[] {
    return this.#operations.filter(
      (operation) =>
        operation.kind === kind &&
        operation.connectionId === connectionId &&
        (entityId === undefined || operation.entityId === entityId),
    );
  }

  /** The operations that remove a connection's records: disconnects and clean-ups. */
  removals(connectionId: ConnectionId): readonly Operation[] {
    return [...this.of({ kind: "disconnect", connectionId }), ...this.of({ kind: "clean-up", connectionId })];
  }

  /** The operations that closed a connection, or may have closed it. */
  endings(connectionId: ConnectionId): readonly Operation[] {
    return [...this.removals(connectionId), ...this.interruptions(connectionId)];
  }

  /**
   * The service's own decisions that may have closed a connection whose client is still there. A $connect that comes
   * again closes it if its token was revoked meanwhile, or if that cannot be told.
   */
  interruptions(connectionId: ConnectionId): readonly Operation[] {
    const ends = this.of({ kind: "end", connectionId }).filter(({ outcome }) => outcome !== "not-ended");
    const isUnsure = ({ outcome }: Operation) =>
      outcome === "failed" || outcome === "revoked" || outcome === "under-way";
    return [...ends, ...this.of({ kind: "connect", connectionId }).filter(isUnsure)];
  }

  /** The connection was closed before this moment. */
  hasEnded(connectionId: ConnectionId, moment: number): boolean {
    return this.endings(connectionId).some(({ outcome, ended }) => outcome === "done" && ended < moment);
  }

  /** The requests of a connection that have a number. */
  numbered(connectionId: ConnectionId): readonly NumberedOperation[] {
    return this.#operations.filter(
      (operation): operation is NumberedOperation =>
        operation.connectionId === connectionId && operation.seq !== undefined,
    );
  }

  /** Certainly: acknowledged, and the client began nothing that might end the subscription before `moment`. */
  certainSubscriptions(connectionId: ConnectionId, entityId: EntityId, moment: number): readonly Operation[] {
    const ends = [
      ...this.of({ kind: "unsubscribe", connectionId, entityId }),
      ...this.of({ kind: "disconnect", connectionId }),
      ...this.interruptions(connectionId),
    ];
    return this.of({ kind: "subscribe", connectionId, entityId }).filter(
      (one) =>
        one.outcome === "subscribed" &&
        one.ended < moment &&
        ends.every((end) => end.ended < one.begun || end.begun > moment || comesBefore(end, one)),
    );
  }

  /**
   * Possibly: asked for, not refused, and not certainly ended before `since`. A connection that the service has ended
   * keeps its subscriptions until its socket is closed.
   */
  possibleSubscriptions(connectionId: ConnectionId, entityId: EntityId, since: number): readonly Operation[] {
    const ends = [
      ...this.of({ kind: "unsubscribe", connectionId, entityId }),
      ...this.of({ kind: "forget", connectionId }),
      ...this.removals(connectionId),
    ].filter(({ outcome, ended }) => (outcome === "done" || outcome === "unsubscribed") && ended < since);
    return this.of({ kind: "subscribe", connectionId, entityId }).filter(
      (one) =>
        !isRefusal(one.outcome) &&
        !ends.some((end) => end.begun > one.ended || comesBefore(one, end)) &&
        !this.#cameTooLate(one),
    );
  }

  /** A request with the same number, or a greater one, was acknowledged before this one came. */
  #cameTooLate(late: Operation): boolean {
    return this.numbered(late.connectionId).some(
      (one) => isAcknowledged(one) && one.ended < late.begun && comesBefore(late, one),
    );
  }
}

type NumberedOperation = Operation & { readonly seq: Seq };

/** One of two requests has no effect after the other was acknowledged. */
function comesBefore(one: Operation, other: Operation): boolean {
  return one.seq !== undefined && other.seq !== undefined && one.seq <= other.seq;
}

export function isAcknowledged({ outcome }: Operation): boolean {
  return outcome === "subscribed" || outcome === "unsubscribed" || outcome === "renewed";
}

/** Nothing was written. */
export function isWithoutEffect({ outcome }: Operation): boolean {
  const isRefusedToken = outcome === "user-changed" || outcome === "ends-no-later" || outcome === "signature-invalid";
  return isRefusal(outcome) || isRefusedToken || outcome === "rejected";
}

function isRefusal(outcome: Operation["outcome"]): boolean {
  return isAbsence(outcome) || outcome === "limit-reached" || outcome === "denied" || outcome === "stale";
}

export function isAbsence(outcome: Operation["outcome"]): outcome is Absence {
  return outcome === "not-connected" || outcome === "token-expired" || outcome === "token-revoked";
}
