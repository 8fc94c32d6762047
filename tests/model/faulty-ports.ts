import { encodeDelivery } from "../../src/adapters/sqs/delivery-body.ts";
import { parseQueuedDelivery } from "../../src/adapters/sqs/events/queued-event.ts";
import { DependencyUnavailableError, type UnavailableDependency } from "../../src/application/errors.ts";
import type { ConnectionChannel, SendToConnection } from "../../src/application/ports/connection-channel.ts";
import type { ListedConnection, Page } from "../../src/application/ports/connection-store.ts";
import type { RevocationList } from "../../src/application/ports/revocation-list.ts";
import type { SubscriptionStore } from "../../src/application/ports/subscription-store.ts";
import type { Recipient } from "../../src/domain/notification/notification.ts";
import type { PostOutcome } from "../../src/domain/notification/post-outcome.ts";
import type { EpochSeconds } from "../../src/domain/time.ts";
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
export const QUEUE_MILLIS = 3000;

type FaultyStores = Pick<Ports, "connections" | "subscriptions" | "revocations">;

/**
 * The stores, each call with its turn and its fault. No record that a use case reads may have expired. The moment is
 * noted at which the operation writes its token.
 */
export function faultyStores(simulation: Simulation, invocation: Invocation, operation?: Operation): FaultyStores {
  const { connections, subscriptions, revocations } = simulation.stores;
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
  const writing = <T>(effect: () => Promise<T>) => {
    if (operation !== undefined) operation.written = simulation.history.now();
    return effect();
  };
  const callTable = <T>(label: string, effect: () => Promise<T>) => call(label, "CONNECTION_STORE", effect);
  const faultyConnections: Connections = {
    open: (connection) => callTable("open", () => writing(() => connections.open(connection))),
    close: (id, now) => callTable("close", () => connections.close(id, now)),
    countLive: (...query) => callTable("count live", () => connections.countLive(...query)),
    renew: (...order) => callTable("renew", () => writing(() => connections.renew(...order))),
    takeBack: (...order) => callTable("take back", () => connections.takeBack(...order)),
    // Most slots are empty, and an answer that changes nothing needs no turn.
    async idsIn(slot, from) {
      if ((await connections.countIn(slot)) === 0) return { items: [] };
      return callTable("ids in slot", () => connections.idsIn(slot, from));
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
  const faultySubscriptions: SubscriptionStore = {
    subscribe: (...order) =>
      call("subscribe", "SUBSCRIPTION_STORE", async () => {
        const outcome = await subscriptions.subscribe(...order);
        await simulation.countSubscriptions(order[0].connectionId);
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
  return { connections: faultyConnections, subscriptions: faultySubscriptions, revocations: faultyRevocations };
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
  let isAudience = ledger.isNamed && "userId" in publication.audience;
  return {
    connections: {
      ...stores.connections,
      async liveConnectionsAmong(...query) {
        const found = stores.connections.liveConnectionsAmong(...query);
        if (isAudience) {
          isAudience = false;
          return named(found, ofConnection);
        }
        return found.catch((thrown: unknown) => {
          ledger.notLookedUp(query[0]);
          throw thrown;
        });
      },
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
    revocations: stores.revocations,
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

export function outage(dependency: UnavailableDependency): never {
  throw new DependencyUnavailableError(dependency);
}
