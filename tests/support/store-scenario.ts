import type { ConnectionStore } from "../../src/application/ports/connection-store.ts";
import type { SubscriptionStore } from "../../src/application/ports/subscription-store.ts";
import type { Connection } from "../../src/domain/connection/connection.ts";
import type { EntityId, Subscription } from "../../src/domain/subscription/subscription.ts";
import { aConnection, NOW } from "./a-connection.ts";
import { anEntityId, aSubscription } from "./a-subscription.ts";
import { subscribeOne, unsubscribeOne } from "./one-subscription.ts";
import { readAll } from "./read-all.ts";

export type Stores = { readonly connections: ConnectionStore; readonly subscriptions: SubscriptionStore };

/** A low limit, so that tests reach it. */
export const LIMIT = 5;

/** The two stores of one table, with the steps by which tests fill them. */
export class StoreScenario {
  readonly connections: ConnectionStore;
  readonly subscriptions: SubscriptionStore;

  constructor({ connections, subscriptions }: Stores) {
    this.connections = connections;
    this.subscriptions = subscriptions;
  }

  async opened(overrides?: Parameters<typeof aConnection>[0]): Promise<Connection> {
    const connection = aConnection(overrides);
    await this.connections.open(connection, []);
    return connection;
  }

  subscribe(connection: Connection, entityId: EntityId, now = NOW) {
    return subscribeOne(this.subscriptions, aSubscription(connection, entityId), now, { limit: LIMIT });
  }

  /** Subscribes with the test's own limit. */
  subscribeUpTo(limit: number, connection: Connection, entityId: EntityId) {
    return subscribeOne(this.subscriptions, aSubscription(connection, entityId), NOW, { limit });
  }

  unsubscribe(connection: Connection, entityId: EntityId, now = NOW) {
    return unsubscribeOne(this.subscriptions, aSubscription(connection, entityId), now);
  }

  /** Ends a connection as the use case does: closes it, then removes its subscriptions. */
  async closed({ id }: Connection): Promise<void> {
    await this.connections.close(id, NOW);
    await this.subscriptions.unsubscribeAll(id);
  }

  /** A connection with this number of subscriptions, which is also its limit. */
  async subscribedUpTo(count: number): Promise<{ connection: Connection; entityIds: readonly EntityId[] }> {
    const connection = await this.opened();
    const entityIds = Array.from({ length: count }, anEntityId);
    for (const entityId of entityIds)
      await subscribeOne(this.subscriptions, aSubscription(connection, entityId), NOW, { limit: count });
    return { connection, entityIds };
  }

  subscribersOf(entityId: EntityId, now = NOW): Promise<readonly Subscription[]> {
    return readAll((from) => this.subscriptions.subscribersOf(entityId, now, from));
  }
}
