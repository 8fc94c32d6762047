import { encodeDelivery } from "../../src/adapters/sqs/delivery-body.ts";
import { parseQueuedDelivery } from "../../src/adapters/sqs/events/queued-event.ts";
import { DependencyUnavailableError, type UnavailableDependency } from "../../src/application/errors.ts";
import type { ConnectionChannel, SendToConnection } from "../../src/application/ports/connection-channel.ts";
import type { ConnectionStore, ListedConnection, Page } from "../../src/application/ports/connection-store.ts";
import type { SubscriptionStore } from "../../src/application/ports/subscription-store.ts";
import type { Recipient } from "../../src/domain/notification/notification.ts";
import type { PostOutcome } from "../../src/domain/notification/post-outcome.ts";
import type { EpochSeconds } from "../../src/domain/time.ts";
import { checkDelivery } from "./check-publication.ts";
import type { DeliveryLedger } from "./delivery-ledger.ts";
import type { Invocation } from "./invocation.ts";
import type { Publication } from "./publication.ts";
import type { Simulation } from "./simulation.ts";
import type { Ports } from "./system.ts";

const STORE_MILLIS = 2000;
const POST_MILLIS = 3000;
const QUEUE_MILLIS = 3000;

/** The stores, each call with its turn and its fault. No record that a use case reads may have expired. */
export function faultyStores(
  simulation: Simulation,
  invocation: Invocation,
): Pick<Ports, "connections" | "subscriptions"> {
  const { connections, subscriptions } = simulation.stores;
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
  const faultyConnections: ConnectionStore = {
    open: (connection) => call("open", "CONNECTION_STORE", () => connections.open(connection)),
    close: (id, now) => call("close", "CONNECTION_STORE", () => connections.close(id, now)),
    liveConnectionsOf: (...query) =>
      shown(call("live", "CONNECTION_STORE", () => connections.liveConnectionsOf(...query))),
    countLive: (...query) => call("count", "CONNECTION_STORE", () => connections.countLive(...query)),
    liveConnectionsAmong: (...query) =>
      judged(call("live among", "CONNECTION_STORE", () => connections.liveConnectionsAmong(...query))),
  };
  const faultySubscriptions: SubscriptionStore = {
    subscribe: (...order) =>
      call("subscribe", "SUBSCRIPTION_STORE", async () => {
        const outcome = await subscriptions.subscribe(...order);
        await simulation.countSubscriptions(order[0].connectionId);
        return outcome;
      }),
    unsubscribe: (...order) => call("unsubscribe", "SUBSCRIPTION_STORE", () => subscriptions.unsubscribe(...order)),
    unsubscribeAll: (...order) =>
      call("unsubscribe all", "SUBSCRIPTION_STORE", () => subscriptions.unsubscribeAll(...order)),
    subscribersOf: (...query) =>
      shown(call("subscribers", "SUBSCRIPTION_STORE", () => subscriptions.subscribersOf(...query))),
    subscribersAmong: (...query) =>
      judged(call("subscribers among", "SUBSCRIPTION_STORE", () => subscriptions.subscribersAmong(...query))),
  };
  return { connections: faultyConnections, subscriptions: faultySubscriptions };
}

/** All ports of one delivery; each call is recorded in its ledger. */
export function faultyPorts(
  simulation: Simulation,
  invocation: Invocation,
  publication: Publication,
  ledger: DeliveryLedger,
): Ports {
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
  return {
    connections: {
      ...stores.connections,
      liveConnectionsAmong: (...query) => named(stores.connections.liveConnectionsAmong(...query), ofConnection),
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
      subscribersAmong: (...query) => named(stores.subscriptions.subscribersAmong(...query), (one) => one),
    },
    channel: faultyChannel(simulation, invocation, publication, ledger),
    queue: faultyQueue(simulation, invocation, publication, ledger),
  };
}

function ofConnection({ id, identity, ...one }: ListedConnection): Recipient {
  return { connectionId: id, userId: identity.userId, ...one };
}

function faultyChannel(
  simulation: Simulation,
  invocation: Invocation,
  publication: Publication,
  ledger: DeliveryLedger,
): ConnectionChannel {
  const reach = (id: Parameters<typeof simulation.gateway.post>[0], askedAt: number): PostOutcome => {
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

function outage(dependency: UnavailableDependency): never {
  throw new DependencyUnavailableError(dependency);
}
