import { DependencyUnavailableError } from "../../src/application/errors.ts";
import type { UserId } from "../../src/domain/identity/identity.ts";
import type { EpochMillis, EpochSeconds } from "../../src/domain/time.ts";
import { ENTITIES, USERS } from "./cast.ts";
import type { Invariant } from "./findings.ts";
import {
  CountingRequests,
  InItsOwnWay,
  StartingAnew,
  TellingOnce,
  Unconditional,
  WithoutTombstones,
} from "./mutant-stores.ts";
import { withConnections, withOutcome, withPages, withPorts, withQueue, withStores } from "./mutations.ts";
import { PAGE_SIZE, type System, system } from "./system.ts";

export type Mutant = { readonly breaks: Invariant; readonly what: string; readonly system: System };

const LONG_AGO = 1 as EpochMillis;
const BEFORE_ALL = 0 as EpochSeconds;
const NEVER = Number.MAX_SAFE_INTEGER as EpochSeconds;

const ANYBODY = { userId: "anybody" as UserId, sourceIp: "192.0.2.1", connectedAt: LONG_AGO, expiresAt: NEVER };

/** Looks, and follows when it has looked: between the two others have looked as well. */
const lookBeforeFollowing: System["above"] = (ports) => {
  const { subscriptions } = ports;
  return {
    ...ports,
    subscriptions: {
      ...subscriptions,
      async follow(subscription, now, limit) {
        const pages = await Promise.all(ENTITIES.map((entityId) => subscriptions.followersOf(entityId, now)));
        const followed = pages
          .flatMap(({ items }) => items)
          .filter(({ connectionId }) => connectionId === subscription.connectionId);
        return followed.length >= limit
          ? "limit-reached"
          : subscriptions.follow(subscription, now, Number.POSITIVE_INFINITY);
      },
    },
  };
};

/** Every named connection is in the audience, for ever. */
const believing = withStores(
  () => ({
    followersAmong: async (ids, entityId) => ids.map((connectionId) => ({ entityId, connectionId, ...ANYBODY })),
  }),
  () => ({
    liveConnectionsAmong: async (ids, userId) => ids.map((id) => ({ id, identity: { userId }, ...ANYBODY })),
  }),
);

/** Each with the invariant by which it has to be found. */
export const mutants: readonly Mutant[] = [
  { breaks: "I1", what: "an interrupted end cannot be finished", system: withConnections(TellingOnce) },
  { breaks: "I1", what: "a repeated $connect forgets what was followed", system: withConnections(StartingAnew) },
  {
    breaks: "I1",
    what: "subscriptions are left when their connection ends",
    system: withStores(() => ({ unfollowAll: async () => undefined })),
  },
  { breaks: "I2", what: "follow without the condition on the connection", system: withConnections(Unconditional) },
  {
    breaks: "I2",
    what: "a swallowed 410",
    system: withOutcome((outcome) => (outcome === "gone" ? "delivered" : outcome)),
  },
  { breaks: "I3", what: "a dropped page", system: withPages(({ items }) => ({ items })) },
  {
    breaks: "I3",
    what: "a swallowed 429",
    system: withOutcome((outcome) => (outcome === "throttled" ? "delivered" : outcome)),
  },
  {
    breaks: "I3",
    what: "a failure to hand on that nobody hears of",
    system: withQueue((queue) => ({ defer: (...order) => queue.defer(...order).catch(() => undefined) })),
  },
  {
    breaks: "I3",
    what: "an early 410 that counts",
    system: withPages(({ items, ...rest }) => ({
      ...rest,
      items: items.map((one) => ({ ...one, connectedAt: LONG_AGO })),
    })),
  },
  {
    breaks: "I4",
    what: "an unsubscribe that only answers",
    system: withStores(() => ({ unfollow: async () => "unfollowed" })),
  },
  {
    breaks: "I6",
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
  { breaks: "I6", what: "a forged $connect takes a connection over", system: withConnections(StartingAnew) },
  { breaks: "I12", what: "no tombstone", system: withConnections(WithoutTombstones) },
  { breaks: "I12", what: "a repeated $connect is refused", system: withConnections(InItsOwnWay) },
  {
    breaks: "I13",
    what: "one of those handed on is lost",
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
  { breaks: "I13", what: "no dead letters", system: withQueue(() => ({ undeliverable: async () => undefined })) },
  {
    breaks: "I14",
    what: "a retry of everybody",
    system: withQueue((queue) => ({ defer: (delivery, delay) => queue.defer({ ...delivery, to: {} }, delay) })),
  },
  {
    breaks: "I14",
    what: "a 410 that fails the delivery",
    system: {
      ...system,
      aroundDelivery:
        (deliver) =>
        async (...order) => {
          const report = await deliver(...order);
          if (report.gone > 0) throw new DependencyUnavailableError("CONNECTION_STORE");
          return report;
        },
    },
  },
  { breaks: "I15", what: "a limit that is looked at too early", system: withPorts(lookBeforeFollowing) },
  {
    breaks: "I15",
    what: "a set that counts repetitions",
    system: { ...system, makeSubscriptions: (connections) => new CountingRequests(connections, PAGE_SIZE) },
  },
  {
    breaks: "I19",
    what: "an expiry that nobody looks at when reading",
    system: withStores(
      (subscriptions) => ({
        followersOf: (entityId, _, from) => subscriptions.followersOf(entityId, BEFORE_ALL, from),
      }),
      (connections) => ({
        liveConnectionsOf: (userId, _, from) => connections.liveConnectionsOf(userId, BEFORE_ALL, from),
      }),
    ),
  },
  {
    breaks: "I19",
    what: "an expiry that nobody looks at when following",
    system: withStores((subscriptions) => ({
      follow: (subscription, _, limit) => subscriptions.follow(subscription, BEFORE_ALL, limit),
    })),
  },
  { breaks: "I19", what: "names that are believed", system: believing },
];
