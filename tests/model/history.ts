import type { ConnectionId } from "../../src/domain/connection/connection.ts";
import type { UserId } from "../../src/domain/identity/identity.ts";
import type { EntityId } from "../../src/domain/subscription/subscription.ts";
import type { EpochMillis } from "../../src/domain/time.ts";
import type { FixedClock } from "../fakes/fixed-clock.ts";

/** One use of one use case, as whoever asked for it saw it. */
export type Act = {
  /** `forget` is what a push does that found a connection gone. */
  readonly kind: "connect" | "disconnect" | "forget" | "subscribe" | "unsubscribe";
  readonly connectionId: ConnectionId;
  readonly userId?: UserId;
  readonly entityId?: EntityId;
  /** Moments are counted, so that of any two one was first. */
  readonly begun: number;
  readonly begunAt: EpochMillis;
  /** Infinite as long as it may still take effect. */
  ended: number;
  endedAt: number;
  /** `failed`: may have taken effect or not, wholly or in part. */
  outcome:
    | "under-way"
    | "failed"
    | "done"
    | "stored"
    | "closed"
    | "taken"
    | "following"
    | "not-connected"
    | "unfollowed"
    | "limit-reached";
};

type Wanted = Pick<Act, "kind" | "connectionId"> & { readonly entityId?: EntityId | undefined };

/** What was asked of the system, and when: all that the oracle knows. */
export class History {
  readonly #clock: FixedClock;
  readonly #acts: Act[] = [];
  #moment = 0;

  constructor(clock: FixedClock) {
    this.#clock = clock;
  }

  now(): number {
    this.#moment += 1;
    return this.#moment;
  }

  begin(act: Pick<Act, "kind" | "connectionId" | "userId" | "entityId">): Act {
    const begun: Act = {
      ...act,
      begun: this.now(),
      begunAt: this.#clock.now(),
      ended: Number.POSITIVE_INFINITY,
      endedAt: Number.POSITIVE_INFINITY,
      outcome: "under-way",
    };
    this.#acts.push(begun);
    return begun;
  }

  end(act: Act, outcome: Act["outcome"]): void {
    act.ended = this.now();
    act.endedAt = this.#clock.now();
    act.outcome = outcome;
  }

  of({ kind, connectionId, entityId }: Wanted): readonly Act[] {
    return this.#acts.filter(
      (act) =>
        act.kind === kind && act.connectionId === connectionId && (entityId === undefined || act.entityId === entityId),
    );
  }

  /** Whatever makes a connection's records go, whoever began it. */
  endings(connectionId: ConnectionId): readonly Act[] {
    return [...this.of({ kind: "disconnect", connectionId }), ...this.of({ kind: "forget", connectionId })];
  }

  /** Certain: acknowledged, and no client's act that might end it was begun before `moment`. */
  followsAt(connectionId: ConnectionId, entityId: EntityId, moment: number): boolean {
    const ends = [
      ...this.of({ kind: "unsubscribe", connectionId, entityId }),
      ...this.of({ kind: "disconnect", connectionId }),
    ];
    return this.of({ kind: "subscribe", connectionId, entityId }).some(
      ({ outcome, begun, ended }) =>
        outcome === "following" && ended < moment && ends.every((end) => end.ended < begun || end.begun > moment),
    );
  }

  /** Possible: asked for, not refused, and not certainly ended before `since`. */
  mayFollow(connectionId: ConnectionId, entityId: EntityId, since: number): boolean {
    const ends = [...this.of({ kind: "unsubscribe", connectionId, entityId }), ...this.endings(connectionId)].filter(
      ({ outcome, ended }) => (outcome === "done" || outcome === "unfollowed") && ended < since,
    );
    return this.of({ kind: "subscribe", connectionId, entityId }).some(
      ({ outcome, ended }) => !isRefusal(outcome) && !ends.some((end) => end.begun > ended),
    );
  }
}

function isRefusal(outcome: Act["outcome"]): boolean {
  return outcome === "not-connected" || outcome === "limit-reached";
}
