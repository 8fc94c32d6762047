import type { EndedByReview, ReviewOutcome } from "../../../src/application/ports/subscription-reviews.ts";
import type { SubscriptionRequest } from "../../../src/application/ports/subscription-store.ts";
import type { Connection, ConnectionId } from "../../../src/domain/connection/connection.ts";
import type { Seq } from "../../../src/domain/connection/seq.ts";
import type { AccessDecision, DeniedAccess } from "../../../src/domain/grants/access-decision.ts";
import type { EntityId, Subscription } from "../../../src/domain/subscription/subscription.ts";
import type { EpochSeconds } from "../../../src/domain/time.ts";
import { aConnection } from "../../support/a-connection.ts";
import type { SubscriptionReference } from "../../support/a-subscription.ts";
import type { LifeStores } from "../../support/life-stores.ts";
import { DENIED } from "../../support/many-subscriptions.ts";
import { pause } from "../../support/pause.ts";
import type { Mutant } from "../describe-mutants.ts";
import type { SubscriptionReviewsSubject } from "../subscription-reviews.contract.ts";
import { downThrough, type Flaws } from "./down-through.ts";
import { plainLifeStores } from "./plain-life-stores.ts";
import { PlainSubscriptionStore, type ReviewRules, type Rules } from "./plain-subscription-store.ts";

type Denied = ReviewOutcome["denied"];

class EndingNothing extends PlainSubscriptionStore {
  protected override deny({ entityId }: SubscriptionReference, denial: DeniedAccess): Denied {
    return [{ entityId, denial }];
  }
}

class EndingEverything extends PlainSubscriptionStore {
  protected override apply(reference: SubscriptionReference, decision: AccessDecision | undefined): Denied {
    return decision?.kind === "denied" ? this.deny(reference, decision) : this.deny(reference, DENIED);
  }
}

class DenyingWithoutReasons extends PlainSubscriptionStore {
  protected override deny(reference: SubscriptionReference, { kind, rule }: DeniedAccess): Denied {
    return super.deny(reference, { kind, rule });
  }
}

class KeepingEnds extends PlainSubscriptionStore {
  protected override apply(reference: SubscriptionReference, decision: AccessDecision | undefined): Denied {
    return decision?.kind === "denied" ? this.deny(reference, decision) : [];
  }
}

class ReviewingAll extends PlainSubscriptionStore {
  protected override concerned(id: ConnectionId): readonly EntityId[] {
    return super.concerned(id, undefined);
  }
}

class ReviewingFifty extends PlainSubscriptionStore {
  protected override concerned(...args: Parameters<PlainSubscriptionStore["concerned"]>): readonly EntityId[] {
    return super.concerned(...args).slice(0, 50);
  }
}

class RemovingForAllConnections extends PlainSubscriptionStore {
  protected override remove({ entityId }: SubscriptionReference): void {
    for (const [key, row] of this.rows) if (row.entityId === entityId) this.rows.delete(key);
  }
}

class ReviewingAnything extends PlainSubscriptionStore {
  protected override reviewed(id: ConnectionId): Connection {
    return this.connections.find(id) ?? aConnection({ id });
  }
}

class OpeningWhatItReviews extends PlainSubscriptionStore {
  override async review(id: ConnectionId, now: EpochSeconds, rules: ReviewRules): Promise<ReviewOutcome> {
    const outcome = await super.review(id, now, rules);
    await this.connections.open(aConnection({ id }));
    return outcome;
  }
}

class DenyingAfterAFault extends PlainSubscriptionStore {
  override review(id: ConnectionId, now: EpochSeconds, { decide, ...rules }: ReviewRules): Promise<ReviewOutcome> {
    return super.review(id, now, {
      ...rules,
      decide: (requester, entityIds) => decide(requester, entityIds).catch(() => entityIds.map(() => DENIED)),
    });
  }
}

class PassingOverTheUndecided extends PlainSubscriptionStore {
  protected override refuseUndecided(): void {}
}

/** A review leaves no mark that a `subscribe` sees. */
class ReviewingQuietly extends PlainSubscriptionStore {
  protected override noteUntold(id: ConnectionId, denied: Denied, decision: string): EndedByReview | undefined {
    const untold = super.noteUntold(id, denied, decision);
    const marks = this.connections.marksOf(id);
    if (marks !== undefined) marks.revision -= 1;
    return untold;
  }
}

class SubscribingLate extends PlainSubscriptionStore {
  override async subscribe(request: SubscriptionRequest, now: EpochSeconds, { limit, decide }: Rules) {
    const decisions = await decide([], request.entityIds);
    await pause(2);
    return super.subscribe(request, now, { limit, decide: async () => decisions });
  }
}

class TellingOnce extends PlainSubscriptionStore {
  protected override noteUntold(id: ConnectionId, denied: Denied, decision: string): EndedByReview | undefined {
    const untold = super.noteUntold(id, denied, decision);
    const marks = this.connections.marksOf(id);
    if (marks !== undefined) marks.untold = undefined;
    return untold;
  }
}

class NeverForgetting extends PlainSubscriptionStore {
  protected override isSameNote(): boolean {
    return false;
  }
}

class ForgettingAnyNote extends PlainSubscriptionStore {
  protected override isSameNote(): boolean {
    return true;
  }
}

class KeepingTheLastNote extends PlainSubscriptionStore {
  protected override stillUntold(): EndedByReview["ended"] {
    return [];
  }
}

class KeepingEveryNote extends PlainSubscriptionStore {
  protected override stillUntold(_id: ConnectionId, untold: EndedByReview | undefined): EndedByReview["ended"] {
    return untold?.ended ?? [];
  }
}

class TellingTheLatestSeq extends PlainSubscriptionStore {
  protected override noteUntold(id: ConnectionId, denied: Denied, decision: string): EndedByReview | undefined {
    const untold = super.noteUntold(id, denied, decision);
    return untold && { ...untold, seq: this.connections.marksOf(id)?.seq };
  }
}

class TellingAlwaysASeq extends PlainSubscriptionStore {
  protected override noteUntold(id: ConnectionId, denied: Denied, decision: string): EndedByReview | undefined {
    const untold = super.noteUntold(id, denied, decision);
    return untold && { ...untold, seq: untold.seq ?? (1 as Seq) };
  }
}

class ForgettingSomething extends PlainSubscriptionStore {
  override async forgetUntold(id: ConnectionId, told: EndedByReview): Promise<void> {
    if (this.connections.marksOf(id)?.untold === undefined) throw new Error("nothing to forget");
    await super.forgetUntold(id, told);
  }
}

class KeepingTheRowsEnd extends PlainSubscriptionStore {
  protected override until(subscription: Subscription, until: EpochSeconds | undefined): Subscription {
    const { connectionId, entityId } = subscription;
    const row = this.rowsOf(connectionId).find((one) => one.entityId === entityId);
    return super.until(subscription, until ?? row?.grantedUntil);
  }
}

function over(stores: LifeStores, flaws?: Flaws): SubscriptionReviewsSubject {
  return { makeStores: () => stores, whenDown: downThrough(stores.reviews, "SUBSCRIPTION_STORE", flaws) };
}

function of(Subscriptions: typeof PlainSubscriptionStore): SubscriptionReviewsSubject {
  return over(plainLifeStores(undefined, Subscriptions));
}

export const subscriptionReviewsMutants: readonly Mutant<SubscriptionReviewsSubject>[] = [
  ["ends nothing", of(EndingNothing), ["ends what is denied", "ends many", "includes, and asks"]],
  ["ends everything", of(EndingEverything), ["ends what is denied", "gets the end", "moves the end", "ends many"]],
  ["tells no reasons", of(DenyingWithoutReasons), ["both decision and denial"]],
  ["keeps ends", of(KeepingEnds), ["gets the end", "loses the end", "moves the end"]],
  ["lifts no end", of(KeepingTheRowsEnd), ["loses the end"]],
  ["reviews all entities", of(ReviewingAll), ["that its pattern includes"]],
  ["reviews fifty and no more", of(ReviewingFifty), ["ends many"]],
  ["removes the rows of all connections", of(RemovingForAllConnections), ["of other connections"]],
  ["reviews anything", of(ReviewingAnything), ["that was closed", "that was ended", "that has expired"]],
  ["opens what it reviews", of(OpeningWhatItReviews), ["that was never opened"]],
  ["denies after a fault", of(DenyingAfterAFault), ["if the policy throws"]],
  ["passes over what is undecided", of(PassingOverTheUndecided), ["does not decide about one"]],
  ["is seen by no subscribe", of(ReviewingQuietly), ["is seen by a subscribe"]],
  ["lets a subscribe write late", of(SubscribingLate), ["is seen by a subscribe", "nothing of a concurrent"]],
  ["tells once", of(TellingOnce), ["told again by each", "of all reviews since"]],
  ["never forgets", of(NeverForgetting), ["until it is forgotten"]],
  ["forgets a newer note", of(ForgettingAnyNote), ["by a late call"]],
  ["keeps the last note", of(KeepingTheLastNote), ["of all reviews since", "by a late call"]],
  ["keeps every note", of(KeepingEveryNote), ["is subscribed again"]],
  ["tells the latest seq", of(TellingTheLatestSeq), ["has the greatest seq"]],
  ["tells always a seq", of(TellingAlwaysASeq), ["has no seq"]],
  ["throws if there is nothing to forget", of(ForgettingSomething), ["where there is none"]],
  ["throws what its client throws", over(plainLifeStores(), { raw: true }), ["fault:L1 fails"]],
  ["has no time limit", over(plainLifeStores(), { unlimited: true }), ["fault:L1 hangs"]],
];

export const rightSubscriptionReviews: Readonly<Record<string, SubscriptionReviewsSubject>> = {
  "the port in its simplest form": over(plainLifeStores()),
};
