import type { MemoryConnectionStore } from "../../src/adapters/in-memory/memory-connection-store.ts";
import type { MemorySubscriptionStore } from "../../src/adapters/in-memory/memory-subscription-store.ts";
import type { AdministeredAccess } from "../../src/application/ports/administered-access.ts";
import type { SubscriptionRequest } from "../../src/application/ports/subscription-store.ts";
import type { Seq } from "../../src/domain/connection/seq.ts";
import {
  DecidingOnce,
  IgnoringTheEndsOfGrants,
  KeepingTheFirstEnd,
  KeepingTheLastChange,
  LettingTheGrantWin,
  RemovingAfterTheFrame,
  RemovingWithoutANote,
  ReviewingUnnoticed,
  TellingWithoutSeq,
  WithdrawingOnePatternOnly,
  WritingWhatIsDenied,
} from "./access-mutant-stores.ts";
import { KeepingTheOldGrants, TakingBackWithoutGrants } from "./mutant-stores.ts";
import type { Mutant } from "./mutants.ts";
import { withConnectionPort, withConnections, withEnder, withStores, withTasks } from "./mutations.ts";
import { type System, system } from "./system.ts";

function withSubscriptions(Store: new (connections: MemoryConnectionStore) => MemorySubscriptionStore): System {
  return { ...system, makeSubscriptions: (connections) => new Store(connections) };
}

function withAdministered(List: new () => AdministeredAccess): System {
  return { ...system, makeAdministered: () => new List() };
}

/** Changes the number of each request before the store sees it. */
function withSeq(change: (seq: Seq) => number | undefined): System {
  const changed = <Order extends { readonly seq?: Seq | undefined }>(order: Order): Order => ({
    ...order,
    seq: order.seq && change(order.seq),
  });
  return withStores(
    (store) => ({
      subscribe: (request, ...rest) => store.subscribe(changed(request), ...rest),
      unsubscribe: (request, ...rest) => store.unsubscribe(changed(request), ...rest),
    }),
    (store) => ({ renew: (renewal, ...rest) => store.renew(changed(renewal), ...rest) }),
  );
}

/** Each number is a little greater than the same number before. */
function takingTheSameNumber(): System {
  let count = 0;
  return withSeq((seq) => {
    count += 1;
    return seq + count / 1_000_000;
  });
}

/** Broken versions of the rules about grants and the order of requests, each with the invariant that has to find it. */
export const accessMutants: readonly Mutant[] = [
  {
    breaks: "inv:3",
    what: "a longer grant does not lift the end of a row",
    system: withSubscriptions(KeepingTheFirstEnd),
  },
  { breaks: "inv:4", what: "what is denied leaves a row", system: withSubscriptions(WritingWhatIsDenied) },
  {
    breaks: "inv:23",
    what: "a renewal that is taken back leaves its grants",
    system: withConnections(TakingBackWithoutGrants),
  },
  {
    breaks: "inv:27",
    what: "a policy that fails allows",
    system: {
      ...system,
      wrapPolicy: (policy) => ({
        decide: (requester, entityIds) =>
          policy
            .decide(requester, entityIds)
            .catch(() => entityIds.map(() => ({ kind: "allowed", rule: "FAULT" }) as const)),
      }),
    },
  },
  {
    breaks: "inv:27",
    what: "a withdrawal loses against a grant of the same second",
    system: withAdministered(LettingTheGrantWin),
  },
  {
    breaks: "inv:27",
    what: "a wide withdrawal leaves narrower grants",
    system: withAdministered(WithdrawingOnePatternOnly),
  },
  { breaks: "inv:27", what: "an older event wins if it comes last", system: withAdministered(KeepingTheLastChange) },
  {
    breaks: "inv:28",
    what: "the end of a grant does not end the delivery",
    system: withSubscriptions(IgnoringTheEndsOfGrants),
  },
  {
    breaks: "inv:29",
    what: "a review that no subscribe notices",
    system: withSubscriptions(ReviewingUnnoticed),
  },
  { breaks: "inv:29", what: "a subscribe that does not decide again", system: withSubscriptions(DecidingOnce) },
  {
    breaks: "inv:29",
    what: "a renewal defers its reviews after its write",
    system: withConnectionPort((connections) => ({
      async renew(renewal, now, beforeOtherGrants) {
        const outcome = await connections.renew(renewal, now, async () => undefined);
        await beforeOtherGrants();
        return outcome;
      },
    })),
  },
  {
    breaks: "inv:29",
    what: "no review after a renewal",
    system: withTasks((tasks) => ({
      defer: (delayed) => tasks.defer(delayed.filter(({ task }) => task.order.kind !== "review")),
    })),
  },
  {
    breaks: "inv:23",
    what: "a renewal leaves the grants as they were",
    system: withConnections(KeepingTheOldGrants),
  },
  {
    breaks: "inv:29",
    what: "the schedule does not see the ends of grants",
    system: withConnectionPort((connections) => ({
      async candidatesIn(...query) {
        const { items, ...rest } = await connections.candidatesIn(...query);
        return { ...rest, items: items.filter(({ ends }) => ends === "connection") };
      },
    })),
  },
  {
    breaks: "inv:30",
    what: "the client is told before the row is gone",
    system: withSubscriptions(RemovingAfterTheFrame),
  },
  {
    breaks: "inv:30",
    what: "the removal writes no note of what the client is to be told",
    system: withSubscriptions(RemovingWithoutANote),
  },
  { breaks: "inv:30", what: "a frame without the number", system: withSubscriptions(TellingWithoutSeq) },
  {
    breaks: "inv:30",
    what: "a post that failed counts as told",
    system: withEnder((ender) => ({
      prepareEnded: (ended) => async (id) => {
        const outcome = await ender.prepareEnded(ended)(id);
        return outcome === "throttled" || outcome === "failed" ? "delivered" : outcome;
      },
    })),
  },
  { breaks: "inv:31", what: "the order of requests is not looked at", system: withSeq(() => undefined) },
  { breaks: "inv:31", what: "a request with the number of the last one counts", system: takingTheSameNumber() },
  {
    breaks: "inv:31",
    what: "a stale request is answered as if it were done",
    system: withStores((store) => ({
      async unsubscribe(request: SubscriptionRequest, now) {
        const outcome = await store.unsubscribe(request, now);
        if (outcome.kind !== "stale") return outcome;
        return store
          .unsubscribe({ ...request, seq: undefined, entityIds: [] }, now)
          .then((answer) =>
            answer.kind === "answered"
              ? { ...answer, results: request.entityIds.map(() => "unsubscribed" as const) }
              : answer,
          );
      },
    })),
  },
];
