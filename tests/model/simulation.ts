import type { Scheduler } from "fast-check";
import type { ConnectionStore } from "../../src/application/ports/connection-store.ts";
import type { SubscriptionStore } from "../../src/application/ports/subscription-store.ts";
import type { ConnectionId } from "../../src/domain/connection/connection.ts";
import { type EpochSeconds, toEpochSeconds } from "../../src/domain/time.ts";
import { FixedClock } from "../fakes/fixed-clock.ts";
import { NOON } from "../support/notifications.ts";
import { readAll } from "../support/read-all.ts";
import { ENTITIES, LIMIT, USERS } from "./fixtures.ts";
import { GatewayModel, type SocketBehaviour } from "./gateway-model.ts";
import { History } from "./history.ts";
import type { InvocationEnvironment } from "./invocation.ts";
import { LaggingConnections } from "./lagging-connections.ts";
import { type OracleInput, Violations } from "./oracle.ts";
import type { Publication } from "./publication.ts";
import { type Message, QueueModel } from "./queue-model.ts";
import type { System } from "./system.ts";
import { TurnScheduler } from "./turn-scheduler.ts";

export type Conditions = {
  readonly behaviours: readonly SocketBehaviour[];
  readonly indexLagSeconds: number;
  readonly batchSize: number;
  /** The timeout of the functions that notify. */
  readonly functionSeconds: number;
};

type Stores = { readonly connections: ConnectionStore; readonly subscriptions: SubscriptionStore };

/** The state of one run: the system's stores, the models of the services around it, and the oracle's input. */
export class Simulation implements OracleInput {
  readonly clock = new FixedClock(NOON);
  readonly violations = new Violations();
  readonly gateway = new GatewayModel();
  readonly history = new History(this.clock);
  readonly queue = new QueueModel(this.clock);
  readonly publications = new Map<string, Publication>();
  readonly system: System;
  readonly conditions: Conditions;
  readonly environment: InvocationEnvironment;
  /** The stores as the functions see them. */
  readonly stores: Stores;
  /** The same stores without the lagging index. */
  readonly #truth: Stores;

  constructor(system: System, conditions: Conditions, scheduler: Scheduler) {
    this.system = system;
    this.conditions = conditions;
    this.environment = { clock: this.clock, turns: new TurnScheduler(scheduler), faults: new Map(), callsMade: 0 };
    const connections = system.makeConnections();
    const subscriptions = system.makeSubscriptions(connections);
    const index = system.makeConnections();
    const lagging = new LaggingConnections(connections, index, this.clock, conditions.indexLagSeconds);
    this.#truth = { connections, subscriptions };
    this.stores = { connections: lagging, subscriptions };
  }

  get lagMillis(): number {
    return this.conditions.indexLagSeconds * 1000;
  }

  nowSeconds(): EpochSeconds {
    return toEpochSeconds(this.clock.now());
  }

  publication({ eventId }: Message): Publication {
    const found = this.publications.get(eventId);
    if (found === undefined) throw new Error("a message of an unknown publication");
    return found;
  }

  /** Is called whenever one of its messages has left the queue. */
  noteIfSettled(message: Message): void {
    if (this.queue.holds(message.eventId)) return;
    const publication = this.publication(message);
    publication.settled = this.history.now();
    publication.settledAt = this.clock.now();
  }

  /** The connections that the store returns, repeated as often as it returns them. */
  async connected(): Promise<readonly ConnectionId[]> {
    const now = this.nowSeconds();
    const { connections } = this.#truth;
    const live = await Promise.all(
      USERS.map((user) => readAll((from) => connections.liveConnectionsOf(user, now, from))),
    );
    return live.flat().map(({ id }) => id);
  }

  /** The same for subscriptions: one entry for each subscription of a connection. */
  async subscribed(): Promise<readonly ConnectionId[]> {
    const now = this.nowSeconds();
    const { subscriptions } = this.#truth;
    const rows = await Promise.all(
      ENTITIES.map((entity) => readAll((from) => subscriptions.subscribersOf(entity, now, from))),
    );
    return rows.flat().map(({ connectionId }) => connectionId);
  }

  async countSubscriptions(id: ConnectionId): Promise<void> {
    const count = (await this.subscribed()).filter((subscriber) => subscriber === id).length;
    this.violations.expect(count <= LIMIT, "inv:15", "a connection is over its limit");
  }
}
