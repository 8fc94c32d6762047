import { MemoryAdministeredAccess } from "../../src/adapters/in-memory/memory-administered-access.ts";
import type { LiveRecord, MemoryConnectionStore } from "../../src/adapters/in-memory/memory-connection-store.ts";
import { MemorySubscriptionStore } from "../../src/adapters/in-memory/memory-subscription-store.ts";
import type { ReviewOutcome, SubscriptionReviews } from "../../src/application/ports/subscription-reviews.ts";
import type {
  DecideEntities,
  StoreOutcome,
  SubscribeResult,
  SubscriptionRequest,
  SubscriptionStore,
} from "../../src/application/ports/subscription-store.ts";
import type { ConnectionId } from "../../src/domain/connection/connection.ts";
import type { AccessDecision } from "../../src/domain/grants/access-decision.ts";
import type { AccessList } from "../../src/domain/grants/access-list.ts";
import type { UserId } from "../../src/domain/identity/identity.ts";
import type { EntityId } from "../../src/domain/subscription/subscription.ts";
import { addSeconds, type EpochSeconds } from "../../src/domain/time.ts";
import { PAGE_SIZE } from "./system.ts";

type Rules = Parameters<SubscriptionStore["subscribe"]>[2];
type ReviewRules = Parameters<SubscriptionReviews["review"]>[2];

/** A subscription store that a mutant changes. */
abstract class ChangedSubscriptions extends MemorySubscriptionStore {
  readonly connections: MemoryConnectionStore;

  constructor(connections: MemoryConnectionStore) {
    super(connections, PAGE_SIZE);
    this.connections = connections;
  }

  protected recordOf(id: ConnectionId): LiveRecord | undefined {
    return this.connections.openRecord(id);
  }
}

/** A `subscribe` cannot tell that a review came between its decision and its write. */
export class ReviewingUnnoticed extends ChangedSubscriptions {
  override async review(id: ConnectionId, now: EpochSeconds, rules: ReviewRules): Promise<ReviewOutcome> {
    const outcome = await super.review(id, now, rules);
    const marks = this.recordOf(id)?.marks;
    if (marks !== undefined && outcome.userId !== undefined) marks.revision -= 1;
    return outcome;
  }
}

/** Decides once, whatever changes before the write. */
export class DecidingOnce extends ChangedSubscriptions {
  override subscribe(
    request: SubscriptionRequest,
    now: EpochSeconds,
    { limit, decide }: Rules,
  ): Promise<StoreOutcome<SubscribeResult>> {
    let first: ReturnType<DecideEntities> | undefined;
    const decideOnce: DecideEntities = (...question) => {
      first ??= decide(...question);
      return first;
    };
    return super.subscribe(request, now, { limit, decide: decideOnce });
  }
}

/** The row goes when the client was told. */
export class RemovingAfterTheFrame extends ChangedSubscriptions {
  override async review(
    id: ConnectionId,
    now: EpochSeconds,
    { decide, ...rules }: ReviewRules,
  ): Promise<ReviewOutcome> {
    const denied: { entityId: EntityId; denial: AccessDecision & { kind: "denied" } }[] = [];
    const outcome = await super.review(id, now, {
      ...rules,
      decide: async (requester, entityIds) => {
        const decisions = await decide(requester, entityIds);
        return decisions.map((decision, index) => {
          if (decision?.kind !== "denied") return decision;
          denied.push({ entityId: entityIds[index] as EntityId, denial: decision });
          return { kind: "allowed", rule: "NOT_YET_REMOVED" };
        });
      },
    });
    const record = this.recordOf(id);
    if (denied.length === 0 || record === undefined) return outcome;
    const { revision, seq } = record.marks;
    const ended = denied.map(({ entityId }) => ({ entityId, decision: rules.decision }));
    return { ...outcome, denied, untold: { ended, seq, revision } };
  }

  override async forgetUntold(id: ConnectionId, told: Parameters<SubscriptionReviews["forgetUntold"]>[1]) {
    const userId = this.recordOf(id)?.connection.identity.userId;
    const entityIds = told.ended.map(({ entityId }) => entityId);
    const now = 0 as EpochSeconds;
    if (userId !== undefined) await super.unsubscribe({ connectionId: id, userId, entityIds }, now);
  }
}

/** The client is told by the invocation that removed the row, or never. */
export class RemovingWithoutANote extends ChangedSubscriptions {
  override async review(id: ConnectionId, now: EpochSeconds, rules: ReviewRules): Promise<ReviewOutcome> {
    const outcome = await super.review(id, now, rules);
    const marks = this.recordOf(id)?.marks;
    if (marks !== undefined) marks.untold = undefined;
    return outcome;
  }
}

/** A frame says nothing of the order of requests. */
export class TellingWithoutSeq extends ChangedSubscriptions {
  override async review(id: ConnectionId, now: EpochSeconds, rules: ReviewRules): Promise<ReviewOutcome> {
    const { untold, ...outcome } = await super.review(id, now, rules);
    return untold === undefined ? outcome : { ...outcome, untold: { ...untold, seq: undefined } };
  }
}

/** A review keeps the end that a row had at first. */
export class KeepingTheFirstEnd extends ChangedSubscriptions {
  readonly #ends = new Map<string, EpochSeconds>();

  override subscribe(
    request: SubscriptionRequest,
    now: EpochSeconds,
    { limit, decide }: Rules,
  ): Promise<StoreOutcome<SubscribeResult>> {
    const noting: DecideEntities = async (grants, entityIds) => {
      const decisions = await decide(grants, entityIds);
      for (const [index, decision] of decisions.entries()) {
        const key = `${request.connectionId} ${entityIds[index]}`;
        if (decision?.kind === "allowed" && decision.until !== undefined) this.#ends.set(key, decision.until);
        else this.#ends.delete(key);
      }
      return decisions;
    };
    return super.subscribe(request, now, { limit, decide: noting });
  }

  override review(id: ConnectionId, now: EpochSeconds, { decide, ...rules }: ReviewRules): Promise<ReviewOutcome> {
    return super.review(id, now, {
      ...rules,
      decide: async (requester, entityIds) => {
        const decisions = await decide(requester, entityIds);
        return decisions.map((decision, index) =>
          decision?.kind === "allowed" ? { ...decision, until: this.#ends.get(`${id} ${entityIds[index]}`) } : decision,
        );
      },
    });
  }
}

/** The rows that a grant's end has passed are delivered to as long as they are there. */
export class IgnoringTheEndsOfGrants extends ChangedSubscriptions {
  override subscribe(
    request: SubscriptionRequest,
    now: EpochSeconds,
    { limit, decide }: Rules,
  ): Promise<StoreOutcome<SubscribeResult>> {
    const endless: DecideEntities = async (...question) => (await decide(...question)).map(withoutEnd);
    return super.subscribe(request, now, { limit, decide: endless });
  }

  override review(id: ConnectionId, now: EpochSeconds, { decide, ...rules }: ReviewRules): Promise<ReviewOutcome> {
    return super.review(id, now, {
      ...rules,
      decide: async (...question) => (await decide(...question)).map(withoutEnd),
    });
  }
}

function withoutEnd(decision: AccessDecision | undefined): AccessDecision | undefined {
  return decision?.kind === "allowed" ? { ...decision, until: undefined } : decision;
}

/** What is denied is written all the same. */
export class WritingWhatIsDenied extends ChangedSubscriptions {
  override async subscribe(
    request: SubscriptionRequest,
    now: EpochSeconds,
    { limit, decide }: Rules,
  ): Promise<StoreOutcome<SubscribeResult>> {
    let decided: Awaited<ReturnType<DecideEntities>> = [];
    const outcome = await super.subscribe(request, now, {
      limit,
      decide: async (...question) => {
        decided = await decide(...question);
        return decided.map((decision) => decision && { kind: "allowed", rule: "ANY" });
      },
    });
    if (outcome.kind !== "answered") return outcome;
    const results = outcome.results.map((result, index) => {
      const decision = decided[index];
      return decision?.kind === "denied" ? decision : result;
    });
    return { ...outcome, results };
  }
}

/** Of a grant and a withdrawal in one second the grant counts. */
export class LettingTheGrantWin extends MemoryAdministeredAccess {
  override async entriesOf(userId: UserId): Promise<AccessList> {
    const entries = await super.entriesOf(userId);
    return entries.map(({ withdrawnAt, ...entry }) => ({
      ...entry,
      ...(withdrawnAt !== undefined && { withdrawnAt: addSeconds(withdrawnAt, -1) }),
    }));
  }
}

/** Of a withdrawal only its own pattern is marked, and not the narrower ones that it covers. */
export class WithdrawingOnePatternOnly extends MemoryAdministeredAccess {
  override async entriesOf(userId: UserId): Promise<AccessList> {
    const entries = await super.entriesOf(userId);
    return entries.filter(({ granted }) => granted !== undefined);
  }
}

/** The event that comes last counts. */
export class KeepingTheLastChange extends MemoryAdministeredAccess {
  #at = 0;

  override record(change: Parameters<MemoryAdministeredAccess["record"]>[0]): Promise<void> {
    this.#at = Math.max(this.#at + 1, change.at);
    return super.record({ ...change, at: this.#at as EpochSeconds });
  }
}
