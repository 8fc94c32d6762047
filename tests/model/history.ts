import type { Absence } from "../../src/application/ports/connection-store.ts";
import type { ConnectionId } from "../../src/domain/connection/connection.ts";
import type { UserId } from "../../src/domain/identity/identity.ts";
import type { EntityId } from "../../src/domain/subscription/subscription.ts";
import type { EpochMillis } from "../../src/domain/time.ts";
import type { FixedClock } from "../fakes/fixed-clock.ts";
import type { ModelToken } from "./tokens.ts";

/** One call of one use case, as its caller saw it. */
export type Operation = {
  /**
   * A push that finds a connection gone does a `clean-up`. The function that ends connections does an `end`, and when the
   * socket is closed a `forget`, which removes the subscriptions.
   */
  readonly kind: "connect" | "disconnect" | "clean-up" | "end" | "forget" | "subscribe" | "unsubscribe" | "renew";
  readonly connectionId: ConnectionId;
  readonly userId?: UserId;
  readonly entityId?: EntityId;
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
  #moment = 0;

  constructor(clock: FixedClock) {
    this.#clock = clock;
  }

  now(): number {
    this.#moment += 1;
    return this.#moment;
  }

  begin(operation: Pick<Operation, "kind" | "connectionId" | "userId" | "entityId" | "token">): Operation {
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

  /** Certainly: acknowledged, and the client began nothing that might end the subscription before `moment`. */
  isSubscribedAt(connectionId: ConnectionId, entityId: EntityId, moment: number): boolean {
    const ends = [
      ...this.of({ kind: "unsubscribe", connectionId, entityId }),
      ...this.of({ kind: "disconnect", connectionId }),
      ...this.interruptions(connectionId),
    ];
    return this.of({ kind: "subscribe", connectionId, entityId }).some(
      ({ outcome, begun, ended }) =>
        outcome === "subscribed" && ended < moment && ends.every((end) => end.ended < begun || end.begun > moment),
    );
  }

  /**
   * Possibly: asked for, not refused, and not certainly ended before `since`. A connection that the service has ended
   * keeps its subscriptions until its socket is closed.
   */
  maySubscribe(connectionId: ConnectionId, entityId: EntityId, since: number): boolean {
    const ends = [
      ...this.of({ kind: "unsubscribe", connectionId, entityId }),
      ...this.of({ kind: "forget", connectionId }),
      ...this.removals(connectionId),
    ].filter(({ outcome, ended }) => (outcome === "done" || outcome === "unsubscribed") && ended < since);
    return this.of({ kind: "subscribe", connectionId, entityId }).some(
      ({ outcome, ended }) => !isRefusal(outcome) && !ends.some((end) => end.begun > ended),
    );
  }
}

function isRefusal(outcome: Operation["outcome"]): boolean {
  return isAbsence(outcome) || outcome === "limit-reached";
}

export function isAbsence(outcome: Operation["outcome"]): outcome is Absence {
  return outcome === "not-connected" || outcome === "token-expired" || outcome === "token-revoked";
}
