import { DependencyUnavailableError } from "../../src/application/errors.ts";
import type { UserId } from "../../src/domain/identity/identity.ts";
import type { EpochMillis, EpochSeconds } from "../../src/domain/time.ts";
import { ENTITIES, USERS } from "./fixtures.ts";
import {
  CountingRequests,
  ForgettingOnSecondClose,
  OverwritingOnConnect,
  RefusingRepeatedConnect,
  SubscribingUnconditionally,
  WithoutTombstones,
} from "./mutant-stores.ts";
import { withConnections, withOutcome, withPages, withPorts, withQueue, withStores } from "./mutations.ts";
import type { Invariant } from "./oracle.ts";
import { PAGE_SIZE, type System, system } from "./system.ts";
import { issuerIdOf } from "./tokens.ts";

export type Mutant = { readonly breaks: Invariant; readonly what: string; readonly system: System };

const LONG_AGO = 1 as EpochMillis;
const BEFORE_ALL = 0 as EpochSeconds;
const NEVER = Number.MAX_SAFE_INTEGER as EpochSeconds;

const ANYBODY = { userId: "anybody" as UserId, sourceIp: "192.0.2.1", connectedAt: LONG_AGO, expiresAt: NEVER };
const ANY_TOKEN = { issuer: issuerIdOf(0), expiresAt: NEVER };

/** Counts first and subscribes afterwards: another request may have counted in between. */
const lookBeforeSubscribing: System["wrapPorts"] = (ports) => {
  const { subscriptions } = ports;
  return {
    ...ports,
    subscriptions: {
      ...subscriptions,
      async subscribe(request, now, rules) {
        const pages = await Promise.all(ENTITIES.map((entityId) => subscriptions.subscribersOf(entityId, now)));
        const subscribed = pages
          .flatMap(({ items }) => items)
          .filter(({ connectionId }) => connectionId === request.connectionId);
        const limit = subscribed.length >= rules.limit ? rules.limit : Number.POSITIVE_INFINITY;
        return subscriptions.subscribe(request, now, { ...rules, limit });
      },
    },
  };
};

/** Every named connection counts as one of the audience, for ever. */
const believing = withStores(
  () => ({
    subscribersAmong: async (ids, entityId) => ids.map((connectionId) => ({ entityId, connectionId, ...ANYBODY })),
  }),
  () => ({
    liveConnectionsAmong: async (ids, userId) =>
      ids.map((id) => ({ id, identity: { userId }, token: ANY_TOKEN, ...ANYBODY })),
  }),
);

/** Each mutant with the invariant that has to find it. */
export const mutants: readonly Mutant[] = [
  {
    breaks: "inv:1",
    what: "an interrupted disconnect cannot be finished",
    system: withConnections(ForgettingOnSecondClose),
  },
  {
    breaks: "inv:1",
    what: "a repeated $connect forgets the subscriptions",
    system: withConnections(OverwritingOnConnect),
  },
  {
    breaks: "inv:1",
    what: "subscriptions are left when their connection ends",
    system: withStores(() => ({ unsubscribeAll: async () => undefined })),
  },
  {
    breaks: "inv:2",
    what: "subscribing without the condition on the connection",
    system: withConnections(SubscribingUnconditionally),
  },
  {
    breaks: "inv:2",
    what: "a swallowed 410",
    system: withOutcome((outcome) => (outcome === "gone" ? "delivered" : outcome)),
  },
  { breaks: "inv:3", what: "a dropped page", system: withPages(({ items }) => ({ items })) },
  {
    breaks: "inv:3",
    what: "a swallowed 429",
    system: withOutcome((outcome) => (outcome === "throttled" ? "delivered" : outcome)),
  },
  {
    breaks: "inv:3",
    what: "a swallowed failure to defer a delivery",
    system: withQueue((queue) => ({ defer: (...order) => queue.defer(...order).catch(() => undefined) })),
  },
  {
    breaks: "inv:3",
    what: "a 410 during the handshake that counts",
    system: withPages(({ items, ...rest }) => ({
      ...rest,
      items: items.map((one) => ({ ...one, connectedAt: LONG_AGO })),
    })),
  },
  {
    breaks: "inv:4",
    what: "an unsubscribe that only answers",
    system: withStores((subscriptions) => ({
      unsubscribe: async (request, now) => {
        const outcome = await subscriptions.unsubscribe({ ...request, entityIds: [] }, now);
        if (outcome.kind !== "answered") return outcome;
        return { ...outcome, results: request.entityIds.map(() => "unsubscribed") };
      },
    })),
  },
  {
    breaks: "inv:6",
    what: "user ids are folded",
    system: withStores(
      () => ({}),
      (connections) => ({
        liveConnectionsOf: (userId, ...query) =>
          connections.liveConnectionsOf(
            USERS.find((user) => user.toLowerCase() === userId.toLowerCase()) ?? userId,
            ...query,
          ),
      }),
    ),
  },
  { breaks: "inv:6", what: "a forged $connect takes a connection over", system: withConnections(OverwritingOnConnect) },
  { breaks: "inv:12", what: "no tombstone", system: withConnections(WithoutTombstones) },
  { breaks: "inv:12", what: "a repeated $connect is refused", system: withConnections(RefusingRepeatedConnect) },
  {
    breaks: "inv:13",
    what: "one of the deferred recipients is lost",
    system: withQueue((queue) => ({
      defer: (delivery, delay) =>
        queue.defer(
          {
            ...delivery,
            to: "recipients" in delivery.to ? { recipients: delivery.to.recipients.slice(1) } : delivery.to,
          },
          delay,
        ),
    })),
  },
  { breaks: "inv:13", what: "no dead letters", system: withQueue(() => ({ addDelivery: async () => undefined })) },
  {
    breaks: "inv:14",
    what: "a retry of the whole audience",
    system: withQueue((queue) => ({ defer: (delivery, delay) => queue.defer({ ...delivery, to: {} }, delay) })),
  },
  {
    breaks: "inv:14",
    what: "a 410 that fails the delivery",
    system: {
      ...system,
      wrapDelivery:
        (deliver) =>
        async (...order) => {
          const report = await deliver(...order);
          if (report.gone > 0) throw new DependencyUnavailableError("CONNECTION_STORE");
          return report;
        },
    },
  },
  { breaks: "inv:15", what: "a limit that is checked too early", system: withPorts(lookBeforeSubscribing) },
  {
    breaks: "inv:15",
    what: "a repeated subscribe that counts",
    system: { ...system, makeSubscriptions: (connections) => new CountingRequests(connections, PAGE_SIZE) },
  },
  {
    breaks: "inv:19",
    what: "an expiry that is not checked when reading",
    system: withStores(
      (subscriptions) => ({
        subscribersOf: (entityId, _, from) => subscriptions.subscribersOf(entityId, BEFORE_ALL, from),
      }),
      (connections) => ({
        liveConnectionsOf: (userId, _, from) => connections.liveConnectionsOf(userId, BEFORE_ALL, from),
      }),
    ),
  },
  {
    breaks: "inv:19",
    what: "an expiry that is not checked when subscribing",
    system: withStores((subscriptions) => ({
      subscribe: (request, _, rules) => subscriptions.subscribe(request, BEFORE_ALL, rules),
    })),
  },
  { breaks: "inv:5", what: "named recipients that are not looked up", system: believing },
];
