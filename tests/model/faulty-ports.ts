import { encodeDelivery } from "../../src/adapters/sqs/delivery-body.ts";
import { parseQueuedDelivery } from "../../src/adapters/sqs/events/queued-event.ts";
import { DependencyUnavailableError, type UnavailableDependency } from "../../src/application/errors.ts";
import type { AdministeredAccess } from "../../src/application/ports/administered-access.ts";
import type { ConnectionChannel, SendToConnection } from "../../src/application/ports/connection-channel.ts";
import type { ListedConnection, Page } from "../../src/application/ports/connection-store.ts";
import type { EndingTasks } from "../../src/application/ports/ending-tasks.ts";
import type { RevocationList } from "../../src/application/ports/revocation-list.ts";
import type { SubscriptionReviews } from "../../src/application/ports/subscription-reviews.ts";
import type { SubscriptionStore } from "../../src/application/ports/subscription-store.ts";
import type { ConnectionId } from "../../src/domain/connection/connection.ts";
import type { Recipient } from "../../src/domain/notification/notification.ts";
import type { PostOutcome } from "../../src/domain/notification/post-outcome.ts";
import type { EntityId } from "../../src/domain/subscription/subscription.ts";
import type { EpochMillis, EpochSeconds } from "../../src/domain/time.ts";
import { messageOf } from "./admin.ts";
import { checkReviewed } from "./check-access.ts";
import { checkEnd } from "./check-ending.ts";
import { checkDelivery } from "./check-publication.ts";
import type { DeliveryLedger } from "./delivery-ledger.ts";
import type { Operation } from "./history.ts";
import type { Invocation } from "./invocation.ts";
import type { Connections } from "./lagging-connections.ts";
import type { Publication } from "./publication.ts";
import type { Simulation } from "./simulation.ts";
import type { Ports } from "./system.ts";

const STORE_MILLIS = 2000;
export const POST_MILLIS = 3000;
const QUEUE_MILLIS = 3000;

type FaultyStores = Pick<Ports, "connections" | "subscriptions" | "revocations" | "reviews" | "administered">;

/**
 * The stores, each call with its turn and its fault. No record that a use case reads may have expired. The moment is
 * noted at which the operation writes its token.
 */
export function faultyStores(simulation: Simulation, invocation: Invocation, operation?: Operation): FaultyStores {
  const { connections, subscriptions, revocations, reviews, administered } = simulation.stores;
  const call = <T>(label: string, dependency: UnavailableDependency, effect: () => Promise<T>) =>
    invocation.call({ label, budgetMillis: STORE_MILLIS, effect, fail: () => outage(dependency) });
  const judged = async <T extends { readonly expiresAt: EpochSeconds }>(items: Promise<readonly T[]>) => {
    const now = simulation.nowSeconds();
    simulation.violations.expect(
      (await items).every(({ expiresAt }) => expiresAt > now),
      "inv:19",
      "an expired record was shown",
    );
    return items;
  };
  const shown = async <T extends { readonly expiresAt: EpochSeconds }>(page: Promise<Page<T>>) => {
    await judged(page.then(({ items }) => items));
    return page;
  };
  const noteWrite = () => {
    if (operation !== undefined) operation.written = simulation.history.now();
  };
  const writing = <T>(effect: () => Promise<T>) => {
    noteWrite();
    return effect();
  };
  const callTable = <T>(label: string, effect: () => Promise<T>) => call(label, "CONNECTION_STORE", effect);
  const faultyConnections: Connections = {
    open: (...order) => callTable("open", () => writing(() => connections.open(...order))),
    close: (id, now) => callTable("close", () => connections.close(id, now)),
    countLive: (...query) => callTable("count live", () => connections.countLive(...query)),
    renew(renewal, now, beforeOtherGrants) {
      const before = async () => {
        await beforeOtherGrants();
        await callTable("write renewal", async () => noteWrite());
      };
      return callTable("renew", () => writing(() => connections.renew(renewal, now, before)));
    },
    takeBack: (...order) => callTable("take back", () => connections.takeBack(...order)),
    // Most slots are empty, and an answer that changes nothing needs no turn.
    async candidatesIn(slot, from) {
      if ((await connections.countIn(slot)) === 0) return { items: [] };
      return callTable("candidates in slot", () => connections.candidatesIn(slot, from));
    },
    async countIn(slot) {
      if ((await connections.countIn(slot)) === 0) return 0;
      return callTable("count slot", () => connections.countIn(slot));
    },
    inspect: (...query) => callTable("inspect", () => connections.inspect(...query)),
    async end(connection, code, now) {
      const operation = simulation.history.begin({ kind: "end", connectionId: connection.id });
      try {
        const hasEnded = await callTable("end", async () => {
          const effect = await connections.end(connection, code, now);
          if (effect) checkEnd(connection.id, code, simulation);
          return effect;
        });
        simulation.history.end(operation, hasEnded ? "done" : "not-ended");
        return hasEnded;
      } catch (thrown) {
        simulation.history.end(operation, "failed");
        throw thrown;
      }
    },
    liveConnectionsOf: (...query) =>
      shown(call("live", "CONNECTION_STORE", () => connections.liveConnectionsOf(...query))),
    liveConnectionsAmong: (...query) =>
      judged(call("live among", "CONNECTION_STORE", () => connections.liveConnectionsAmong(...query))),
  };
  /** The write is a request of its own. Where no grant ever changes, it may as well come with the decision. */
  const beforeTheWrite =
    <Question extends readonly unknown[], Answer>(decide: (...question: Question) => Promise<Answer>) =>
    async (...question: Question): Promise<Answer> => {
      const decided = await decide(...question);
      if (!simulation.conditions.grantsChange) return decided;
      return call("write decided", "SUBSCRIPTION_STORE", async () => decided);
    };
  const faultySubscriptions: SubscriptionStore = {
    subscribe: (request, now, { limit, decide }) =>
      call("subscribe", "SUBSCRIPTION_STORE", async () => {
        let decidedAt = Number.POSITIVE_INFINITY;
        const noting: typeof decide = (...question) => {
          decidedAt = simulation.history.now();
          return decide(...question);
        };
        const outcome = await subscriptions.subscribe(request, now, { limit, decide: beforeTheWrite(noting) });
        if (outcome.kind === "answered" && outcome.results.includes("subscribed"))
          checkReviewed(request.connectionId, decidedAt, simulation);
        await simulation.countSubscriptions(request.connectionId);
        return outcome;
      }),
    unsubscribe: (...order) => call("unsubscribe", "SUBSCRIPTION_STORE", () => subscriptions.unsubscribe(...order)),
    async unsubscribeAll(...order) {
      const forget = simulation.history.begin({ kind: "forget", connectionId: order[0] });
      await call("unsubscribe all", "SUBSCRIPTION_STORE", () => subscriptions.unsubscribeAll(...order));
      simulation.history.end(forget, "done");
    },
    subscribersOf: (...query) =>
      shown(call("subscribers", "SUBSCRIPTION_STORE", () => subscriptions.subscribersOf(...query))),
    subscribersAmong: (...query) =>
      judged(call("subscribers among", "SUBSCRIPTION_STORE", () => subscriptions.subscribersAmong(...query))),
  };
  const callList = <T>(label: string, effect: () => Promise<T>) => call(label, "REVOCATION_LIST", effect);
  const faultyRevocations: RevocationList = {
    add: (...order) => callList("revoke", () => revocations.add(...order)),
    concerning: (holder) => callList("revoked?", () => revocations.concerning(holder)),
  };
  const faultyReviews: SubscriptionReviews = {
    review: (id, now, { decide, ...rules }) =>
      call("review", "SUBSCRIPTION_STORE", async () => {
        const outcome = await reviews.review(id, now, { ...rules, decide: beforeTheWrite(decide) });
        if (outcome.userId !== undefined) simulation.reviewed.set(id, simulation.history.now());
        for (const { entityId } of outcome.denied) noteEnded(id, entityId, simulation);
        return outcome;
      }),
    forgetUntold: (...order) => call("forget untold", "SUBSCRIPTION_STORE", () => reviews.forgetUntold(...order)),
  };
  const callAccess = <T>(label: string, effect: () => Promise<T>) => call(label, "ACCESS_LIST", effect);
  const faultyAdministered: AdministeredAccess = {
    record: (change) => callAccess("record access", () => administered.record(change)),
    entriesOf: (userId) => callAccess("access of user", () => administered.entriesOf(userId)),
  };
  return {
    ...{ connections: faultyConnections, subscriptions: faultySubscriptions, revocations: faultyRevocations },
    ...{ reviews: faultyReviews, administered: faultyAdministered },
  };
}

/** A review has ended a subscription: its client is to be told. */
function noteEnded(connectionId: ConnectionId, entityId: EntityId, { history }: Simulation): void {
  history.end(history.begin({ kind: "review", connectionId, entityId }), "done");
}

export function faultyTasks(simulation: Simulation, invocation: Invocation): EndingTasks {
  const call = (label: string, effect: () => void) =>
    invocation.call<void>({
      label,
      budgetMillis: QUEUE_MILLIS,
      effect: async () => effect(),
      fail: () => outage("ADMIN_QUEUE"),
    });
  return {
    defer: async (tasks) => {
      if (tasks.length === 0) return;
      await call("defer task", () => {
        for (const { task, delaySeconds } of tasks) simulation.adminQueue.send(messageOf(task), delaySeconds);
      });
    },
    giveUp: (task, reason) => call("give up", () => simulation.unended.push({ task, reason })),
  };
}

/** All ports of one delivery; each call is recorded in its ledger. */
export function faultyPorts(
  simulation: Simulation,
  invocation: Invocation,
  publication: Publication,
  ledger: DeliveryLedger,
): FaultyStores & Pick<Ports, "channel" | "queue"> {
  const stores = faultyStores(simulation, invocation);
  const inLedger = async <T extends Page<Parameters<DeliveryLedger["read"]>[1][number]>>(
    from: string | undefined,
    page: Promise<T>,
  ) => {
    try {
      ledger.read(from, (await page).items);
    } catch {
      ledger.faultyRead = true;
    }
    return page;
  };
  const named = async <T>(found: Promise<readonly T[]>, toRecipient: (one: T) => Recipient) => {
    try {
      ledger.found((await found).map(toRecipient));
    } catch {
      ledger.faultyRead = true;
    }
    return found;
  };
  // The first read of a named audience; each later one looks up a single recipient.
  let isAudience = ledger.isNamed;
  const among = async <T>(
    ids: readonly ConnectionId[],
    found: Promise<readonly T[]>,
    toRecipient: (one: T) => Recipient,
  ) => {
    if (isAudience) {
      isAudience = false;
      return named(found, toRecipient);
    }
    return found.catch((thrown: unknown) => {
      ledger.notLookedUp(ids);
      throw thrown;
    });
  };
  return {
    connections: {
      ...stores.connections,
      liveConnectionsAmong: (...query) =>
        among(query[0], stores.connections.liveConnectionsAmong(...query), ofConnection),
      liveConnectionsOf: async (userId, now, from) => {
        const page = stores.connections.liveConnectionsOf(userId, now, from);
        await inLedger(
          from,
          page.then(({ items, ...rest }) => ({
            ...rest,
            items: items.map(ofConnection),
          })),
        );
        return page;
      },
    },
    subscriptions: {
      ...stores.subscriptions,
      subscribersOf: (entityId, now, from) => inLedger(from, stores.subscriptions.subscribersOf(entityId, now, from)),
      subscribersAmong: (...query) => among(query[0], stores.subscriptions.subscribersAmong(...query), (one) => one),
    },
    revocations: stores.revocations,
    reviews: stores.reviews,
    administered: stores.administered,
    channel: faultyChannel(simulation, invocation, publication, ledger),
    queue: faultyQueue(simulation, invocation, publication, ledger),
  };
}

function ofConnection({ id, identity, connectedAt, expiresAt }: ListedConnection): Recipient {
  return { connectionId: id, userId: identity.userId, connectedAt, expiresAt };
}

function faultyChannel(
  simulation: Simulation,
  invocation: Invocation,
  publication: Publication,
  ledger: DeliveryLedger,
): ConnectionChannel {
  const reach = (id: ConnectionId, askedAt: EpochMillis): PostOutcome => {
    const socket = simulation.gateway.sockets.get(id);
    const outcome = simulation.gateway.post(id);
    if (outcome !== "delivered" || socket === undefined) return outcome;
    publication.delivered.push(id);
    checkDelivery(publication, socket, askedAt, simulation);
    return outcome;
  };
  const send: SendToConnection = async (id) => {
    const askedAt = simulation.clock.now();
    const outcome = await invocation.call<PostOutcome>({
      label: "post",
      budgetMillis: POST_MILLIS,
      effect: async () => reach(id, askedAt),
      fail: ({ throttled, tookEffect }) => {
        if (tookEffect) publication.unacknowledged.push(id);
        return throttled ? "throttled" : "failed";
      },
    });
    ledger.posted(id, outcome);
    return outcome;
  };
  return { prepare: () => ({ kind: "ready", send }) };
}

function faultyQueue(
  simulation: Simulation,
  invocation: Invocation,
  publication: Publication,
  ledger: DeliveryLedger,
): Ports["queue"] {
  const call = (label: string, effect: () => void) =>
    invocation.call<void>({
      label,
      budgetMillis: QUEUE_MILLIS,
      effect: async () => effect(),
      fail: () => {
        ledger.faultyQueue = true;
        outage("DELIVERY_QUEUE");
      },
    });
  return {
    defer(delivery, delaySeconds) {
      ledger.deferred(delivery, simulation.clock.now());
      const message = { eventId: publication.id, body: encodeDelivery(delivery), read: parseQueuedDelivery };
      return call("defer", () => simulation.queue.send(message, delaySeconds));
    },
    addDelivery(delivery, reason) {
      ledger.deadLettered(delivery, reason);
      return call("dead-letter", () => publication.deadLettered.push(delivery.to));
    },
    addRawMessage: () => outage("DELIVERY_QUEUE"),
  };
}

export function outage(dependency: UnavailableDependency): never {
  throw new DependencyUnavailableError(dependency);
}
