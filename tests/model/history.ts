import type { Absence } from "../../src/application/ports/connection-store.ts";
import type { ConnectionId } from "../../src/domain/connection/connection.ts";
import type { UserId } from "../../src/domain/identity/identity.ts";
import type { EntityId } from "../../src/domain/subscription/subscription.ts";
import type { EpochMillis } from "../../src/domain/time.ts";
import type { FixedClock } from "../fakes/fixed-clock.ts";

/** One call of one use case, as its caller saw it. */
export type Operation = {
  /** A push that finds a connection gone does a `clean-up`. */
  readonly kind: "connect" | "disconnect" | "clean-up" | "subscribe" | "unsubscribe";
  readonly connectionId: ConnectionId;
  readonly userId?: UserId;
  readonly entityId?: EntityId;
  /** Moments are numbered, so that any two have an order. */
  readonly begun: number;
  readonly begunAt: EpochMillis;
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
    | Absence
    | "unsubscribed"
    | "limit-reached";
};

type Wanted = Pick<Operation, "kind" | "connectionId"> & { readonly entityId?: EntityId | undefined };

/** All operations with their moments and outcomes: the oracle knows nothing else of the system. */
export class History {
  readonly #clock: FixedClock;
  readonly #operations: Operation[] = [];
  #moment = 0;

  constructor(clock: FixedClock) {
    this.#clock = clock;
  }

  now(): number {
    this.#moment += 1;
    return this.#moment;
  }

  begin(operation: Pick<Operation, "kind" | "connectionId" | "userId" | "entityId">): Operation {
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
  endings(connectionId: ConnectionId): readonly Operation[] {
    return [...this.of({ kind: "disconnect", connectionId }), ...this.of({ kind: "clean-up", connectionId })];
  }

  /** Certainly: acknowledged, and the client began nothing that might end the subscription before `moment`. */
  isSubscribedAt(connectionId: ConnectionId, entityId: EntityId, moment: number): boolean {
    const ends = [
      ...this.of({ kind: "unsubscribe", connectionId, entityId }),
      ...this.of({ kind: "disconnect", connectionId }),
    ];
    return this.of({ kind: "subscribe", connectionId, entityId }).some(
      ({ outcome, begun, ended }) =>
        outcome === "subscribed" && ended < moment && ends.every((end) => end.ended < begun || end.begun > moment),
    );
  }

  /** Possibly: asked for, not refused, and not certainly ended before `since`. */
  maySubscribe(connectionId: ConnectionId, entityId: EntityId, since: number): boolean {
    const ends = [...this.of({ kind: "unsubscribe", connectionId, entityId }), ...this.endings(connectionId)].filter(
      ({ outcome, ended }) => (outcome === "done" || outcome === "unsubscribed") && ended < since,
    );
    return this.of({ kind: "subscribe", connectionId, entityId }).some(
      ({ outcome, ended }) => !isRefusal(outcome) && !ends.some((end) => end.begun > ended),
    );
  }
}

function isRefusal(outcome: Operation["outcome"]): boolean {
  return isAbsence(outcome) || outcome === "limit-reached";
}

const ABSENCES: ReadonlySet<unknown> = new Set<Absence>(["not-connected", "token-expired", "token-revoked"]);

export function isAbsence(outcome: Operation["outcome"]): outcome is Absence {
  return ABSENCES.has(outcome);
}
