import type { Scheduler } from "fast-check";
import type { ConnectionStore } from "../../src/application/ports/connection-store.ts";
import type { SubscriptionStore } from "../../src/application/ports/subscription-store.ts";
import type { ConnectionId } from "../../src/domain/connection/connection.ts";
import { type EpochSeconds, toEpochSeconds } from "../../src/domain/time.ts";
import { FixedClock } from "../fakes/fixed-clock.ts";
import { NOON } from "../support/notifications.ts";
import { readAll } from "../support/read-all.ts";
import { ENTITIES, LIMIT, USERS } from "./cast.ts";
import { Findings } from "./findings.ts";
import { GatewayModel, type Temper } from "./gateway-model.ts";
import { History } from "./history.ts";
import type { Surroundings } from "./invocation.ts";
import { LaggingConnections } from "./lagging-connections.ts";
import type { Publication } from "./publication.ts";
import { type Message, QueueModel } from "./queue-model.ts";
import type { System } from "./system.ts";
import { Turns } from "./turns.ts";
import type { Witness } from "./witness.ts";

export type Conditions = {
  readonly tempers: readonly Temper[];
  readonly indexLagSeconds: number;
  readonly batchSize: number;
  /** How long a function that notifies may run. */
  readonly functionSeconds: number;
};

type Stores = { readonly connections: ConnectionStore; readonly subscriptions: SubscriptionStore };

/** Everything of one run: the system's state, the services around it, and what the oracle knows. */
export class World implements Witness {
  readonly clock = new FixedClock(NOON);
  readonly findings = new Findings();
  readonly gateway = new GatewayModel();
  readonly history = new History(this.clock);
  readonly queue = new QueueModel(this.clock);
  readonly publications = new Map<string, Publication>();
  readonly system: System;
  readonly conditions: Conditions;
  readonly around: Surroundings;
  /** What functions call. */
  readonly stores: Stores;
  /** What there is, with no index in between. */
  readonly #truth: Stores;

  constructor(system: System, conditions: Conditions, scheduler: Scheduler) {
    this.system = system;
    this.conditions = conditions;
    this.around = { clock: this.clock, turns: new Turns(scheduler), faults: new Map(), callsMade: 0 };
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
    if (found === undefined) throw new Error("nobody published this");
    return found;
  }

  /** To be told whenever one of its messages has gone. */
  noteIfSettled(message: Message): void {
    if (this.queue.holds(message.eventId)) return;
    const publication = this.publication(message);
    publication.settled = this.history.now();
    publication.settledAt = this.clock.now();
  }

  /** The connections that the store shows, each as often as it is shown. */
  async connected(): Promise<readonly ConnectionId[]> {
    const now = this.nowSeconds();
    const { connections } = this.#truth;
    const live = await Promise.all(
      USERS.map((user) => readAll((from) => connections.liveConnectionsOf(user, now, from))),
    );
    return live.flat().map(({ id }) => id);
  }

  /** The same of the subscriptions' connections, one for each entity that they follow. */
  async following(): Promise<readonly ConnectionId[]> {
    const now = this.nowSeconds();
    const { subscriptions } = this.#truth;
    const rows = await Promise.all(
      ENTITIES.map((entity) => readAll((from) => subscriptions.followersOf(entity, now, from))),
    );
    return rows.flat().map(({ connectionId }) => connectionId);
  }

  async countSubscriptions(id: ConnectionId): Promise<void> {
    const count = (await this.following()).filter((follower) => follower === id).length;
    this.findings.expect(count <= LIMIT, "I15", "a connection is over its limit");
  }
}
