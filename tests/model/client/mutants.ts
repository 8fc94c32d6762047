import type { DecideAgain, SubscriptionReviews } from "../../../src/application/ports/subscription-reviews.ts";
import type { SubscriptionStore } from "../../../src/application/ports/subscription-store.ts";
import { isStale, type Seq } from "../../../src/domain/connection/seq.ts";
import type { Broken, Scenario, Violation } from "./search.ts";
import { CONNECTION, type ServerMutation, type ServerParts } from "./world.ts";

type Mutant = {
  readonly what: string;
  readonly scenario: Scenario;
  readonly broken: Broken;
  readonly finding: Violation;
};

const SCENARIO: Scenario = { grantor: "administrator", wishes: 3, losses: 2, changes: ["withdrawal"] };

/** Broken clients and servers, each with a scenario that is large enough. */
export const mutants: readonly Mutant[] = [
  {
    what: "a client that has one lane, and sends no seq",
    ...{ scenario: SCENARIO, broken: { client: "sends no seq" }, finding: "deaf" },
  },
  {
    what: "a server that acts on every request, whatever its seq",
    ...{ scenario: SCENARIO, broken: { server: actingOnAll }, finding: "deaf" },
  },
  {
    what: "a client that sends a seq again with its next request, if there was no answer",
    ...{ scenario: SCENARIO, broken: { client: "sends a seq twice" }, finding: "lost" },
  },
  {
    what: "a client that takes every answer for that of its newest request",
    ...{ scenario: SCENARIO, broken: { client: "takes every answer for the newest" }, finding: "deaf" },
  },
  {
    what: "a client that passes over an unasked unsubscribed",
    ...{ scenario: SCENARIO, broken: { client: "passes over unasked frames" }, finding: "deaf" },
  },
  {
    what: "a client that believes an answer which the unasked unsubscribed has overtaken",
    ...{ scenario: SCENARIO, broken: { client: "believes an answer after the unasked frame" }, finding: "deaf" },
  },
  {
    what: "a client that drops a push for what it does not want, and does nothing",
    ...{ scenario: SCENARIO, broken: { client: "leaves a row that a push shows" }, finding: "kept for ever" },
  },
  {
    what: "an unasked unsubscribed that is sent before the row is gone",
    ...{ scenario: SCENARIO, broken: { server: tellingFirst }, finding: "deaf" },
  },
  {
    what: "an unasked unsubscribed with the seq that put the row, where a later request found the row",
    ...{ scenario: SCENARIO, broken: { server: withTheFirstSeq }, finding: "deaf" },
  },
  {
    what: "a review that a subscribe with an older decision does not notice",
    ...{ scenario: SCENARIO, broken: { server: leavingTheRevision }, finding: "allowed no more" },
  },
];

/** Allowed by the protocol: it asks for less from a server. */
export const withoutSeqInUnaskedFrames: ServerMutation = ({ ender }) => ({
  ender: { prepareEnded: ({ ended }) => ender.prepareEnded({ ended }) },
});

/** Notes the greatest seq, and compares none. */
function actingOnAll({ subscriptions, record }: ServerParts): Partial<ServerParts> {
  const withoutStale = <R extends { readonly seq?: Seq | undefined }>(request: R): R => {
    const last = record(CONNECTION)?.marks.seq;
    return isStale(request.seq, last) ? { ...request, seq: undefined } : request;
  };
  return {
    subscriptions: requestsOf({
      subscribe: (request, ...rest) => subscriptions.subscribe(withoutStale(request), ...rest),
      unsubscribe: (request, ...rest) => subscriptions.unsubscribe(withoutStale(request), ...rest),
    }),
  };
}

/** The frame is posted behind the decision, and the row is removed later, whoever has put it meanwhile. */
function tellingFirst({ reviews, ender, record, policy }: ServerParts): Partial<ServerParts> {
  const review: SubscriptionReviews["review"] = async (id, now, rules) => {
    const found = record(id);
    if (found === undefined) return { denied: [] };
    const requester = { userId: found.connection.identity.userId, grants: found.grants };
    const entityIds = [...found.subscribed];
    const decisions = await policy.decide(requester, entityIds);
    const ended = entityIds
      .filter((_, index) => decisions[index]?.kind === "denied")
      .map((entityId) => ({ entityId, decision: rules.decision }));
    await ender.prepareEnded({ ended, seq: found.marks.seq })(id);
    // Another step may come here, and changes nothing of what was decided.
    await rules.decide(requester, entityIds);
    const known = new Map(entityIds.map((entityId, index) => [entityId, decisions[index]]));
    const decide: DecideAgain = async (_, all) => all.map((one) => known.get(one) ?? ALLOWED);
    const { denied } = await reviews.review(id, now, { ...rules, decide });
    const { marks } = record(id) ?? {};
    if (marks !== undefined) marks.untold = undefined;
    return { denied };
  };
  return { reviews: { review, forgetUntold: async () => {} } };
}

const ALLOWED = { kind: "allowed", rule: "TEST" } as const;

/** A row keeps the seq of the request that put it, and the frame has this one. */
function withTheFirstSeq({ subscriptions, reviews, record }: ServerParts): Partial<ServerParts> {
  let first: Seq | undefined;
  const hasRow = () => (record(CONNECTION)?.subscribed.size ?? 0) > 0;
  return {
    subscriptions: requestsOf({
      subscribe: async (request, ...rest) => {
        const had = hasRow();
        const outcome = await subscriptions.subscribe(request, ...rest);
        if (!had && outcome.kind === "answered" && hasRow()) first = request.seq;
        return outcome;
      },
      unsubscribe: (...request) => subscriptions.unsubscribe(...request),
    }),
    reviews: {
      review: async (...review) => {
        const { untold, ...outcome } = await reviews.review(...review);
        return { ...outcome, untold: untold && { ...untold, seq: first } };
      },
      forgetUntold: (...told) => reviews.forgetUntold(...told),
    },
    memory: () => first,
  };
}

function leavingTheRevision({ reviews, record }: ServerParts): Partial<ServerParts> {
  return {
    reviews: {
      review: async (...review) => {
        const outcome = await reviews.review(...review);
        const { marks } = record(CONNECTION) ?? {};
        if (marks !== undefined) marks.revision -= 1;
        return outcome;
      },
      forgetUntold: (...told) => reviews.forgetUntold(...told),
    },
  };
}

/** The part of a store that requests of clients use. */
function requestsOf(store: Pick<SubscriptionStore, "subscribe" | "unsubscribe">): SubscriptionStore {
  return store as Partial<SubscriptionStore> as SubscriptionStore;
}
