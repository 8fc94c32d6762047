import type { Scheduler } from "fast-check";
import type { MemoryConnectionStore } from "../../src/adapters/in-memory/memory-connection-store.ts";
import type { MemorySubscriptionStore } from "../../src/adapters/in-memory/memory-subscription-store.ts";
import type { AdministeredAccess } from "../../src/application/ports/administered-access.ts";
import type { RevocationList } from "../../src/application/ports/revocation-list.ts";
import type { SubscriptionReviews } from "../../src/application/ports/subscription-reviews.ts";
import type { SubscriptionStore } from "../../src/application/ports/subscription-store.ts";
import type { UniqueIds } from "../../src/application/ports/system.ts";
import { type ConnectionId, closesAt } from "../../src/domain/connection/connection.ts";
import { type EpochMillis, type EpochSeconds, toEpochSeconds } from "../../src/domain/time.ts";
import { FixedClock } from "../fakes/fixed-clock.ts";
import { NOON } from "../support/notifications.ts";
import { readAll } from "../support/read-all.ts";
import type { AdminEvent, TaskMessage, UnendedTask } from "./admin.ts";
import { ENTITIES, LIMIT, USERS } from "./fixtures.ts";
import { GatewayModel, type Socket, type SocketBehaviour } from "./gateway-model.ts";
import { History } from "./history.ts";
import type { InvocationEnvironment } from "./invocation.ts";
import { type Connections, LaggingConnections } from "./lagging-connections.ts";
import { type OracleInput, Violations } from "./oracle.ts";
import type { Publication } from "./publication.ts";
import { type Message, QueueModel } from "./queue-model.ts";
import { type RunOfSchedule, ScheduleModel } from "./schedule.ts";
import type { System } from "./system.ts";
import type { ModelToken, VerifyingProcess } from "./tokens.ts";
import { TurnScheduler } from "./turn-scheduler.ts";

export type Conditions = {
  readonly behaviours: readonly SocketBehaviour[];
  readonly indexLagSeconds: number;
  readonly batchSize: number;
  /** The timeout of the functions that notify. */
  readonly functionSeconds: number;
  /** The $disconnect events after a DELETE: API Gateway throttles them. */
  readonly disconnectEvents: 0 | 1;
  /** Of the first runs of the schedule; the later ones are punctual. Absent where the schedule is switched off. */
  readonly runs?: readonly RunOfSchedule[];
  /** No fault, no jump of the clock, no run of the schedule that is lost or late: bounds in time must hold. */
  readonly calm: boolean;
  /** The number in `CLAIMS` of each connection's first token, unless the handshake chooses another. */
  readonly claims: readonly number[];
  readonly grantsChange: boolean;
  /** The clients that order their requests. */
  readonly ordered: readonly boolean[];
};

type Stores = {
  readonly connections: Connections;
  readonly subscriptions: SubscriptionStore;
  readonly revocations: RevocationList;
  readonly reviews: SubscriptionReviews;
  readonly administered: AdministeredAccess;
};

/** The stores in memory, whose state the oracle may look at. */
type Truth = Stores & {
  readonly connections: MemoryConnectionStore;
  readonly subscriptions: MemorySubscriptionStore;
};

const LONG_AGO_SECONDS = 30 * 86_400;

/** The state of one run: the system's stores, the models of the services around it, and the oracle's input. */
export class Simulation implements OracleInput {
  readonly clock = new FixedClock(NOON);
  readonly violations = new Violations();
  readonly gateway = new GatewayModel();
  readonly history = new History(this.clock);
  readonly queue = new QueueModel<Message>(this.clock);
  readonly adminQueue = new QueueModel<TaskMessage>(this.clock);
  readonly publications = new Map<string, Publication>();
  readonly adminEvents = new Map<string, AdminEvent>();
  readonly unended: UnendedTask[] = [];
  /** The moment at which each connection was last reviewed. */
  readonly reviewed = new Map<ConnectionId, number>();
  wasRedriven = false;
  #decisions = 0;
  readonly ids: UniqueIds = { next: () => `decision-${++this.#decisions}` };
  /** When the first issuer made each of its keys. */
  readonly keys: EpochMillis[] = [(NOON - LONG_AGO_SECONDS * 1000) as EpochMillis];
  /** All tokens that anyone has presented. */
  readonly presented: { readonly socket: Socket; readonly token: ModelToken }[] = [];
  /** The processes of each function that verifies tokens, while no invocation uses them. */
  readonly idle = { authorizer: [] as VerifyingProcess[], authenticate: [] as VerifyingProcess[] };
  readonly schedule: ScheduleModel;
  readonly system: System;
  readonly conditions: Conditions;
  readonly environment: InvocationEnvironment;
  /** The stores as the functions see them. */
  readonly stores: Stores;
  /** The same stores without the lagging index. */
  readonly truth: Truth;
  broken: { readonly by: unknown } | undefined;

  constructor(system: System, conditions: Conditions, scheduler: Scheduler) {
    this.system = system;
    this.conditions = conditions;
    const turns = new TurnScheduler(scheduler, this.clock);
    this.environment = { clock: this.clock, turns, faults: new Map(), callsMade: 0 };
    this.schedule = new ScheduleModel(this.clock, conditions.runs, () => this.#possibleEnds());
    const connections = system.makeConnections();
    const subscriptions = system.makeSubscriptions(connections);
    const revocations = system.makeRevocations();
    const { lookedUpSeconds } = system;
    const lag = { lagSeconds: conditions.indexLagSeconds, lookedUpSeconds };
    const lagging = new LaggingConnections(() => system.makeConnections(), connections, this.clock, lag);
    // The index of ends lists subscriptions too.
    const listEnd = connections.listEnd.bind(connections);
    connections.listEnd = (...end) => {
      lagging.copyEnd(...end);
      listEnd(...end);
    };
    const others = { subscriptions, revocations, reviews: subscriptions, administered: system.makeAdministered() };
    this.truth = { connections, ...others };
    this.stores = { connections: lagging, ...others };
  }

  get lagMillis(): number {
    return this.conditions.indexLagSeconds * 1000;
  }

  nowSeconds(): EpochSeconds {
    return toEpochSeconds(this.clock.now());
  }

  /** Begins an activity that runs beside the others. An error in it is a fault of the test itself. */
  launch(activity: Promise<unknown>): void {
    activity.catch((thrown: unknown) => {
      this.broken ??= { by: thrown };
    });
  }

  hangUp(socket: Socket): void {
    socket.state = "closed";
    socket.closedAt ??= this.history.now();
    socket.closedAtMillis ??= this.clock.now();
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
    const { connections } = this.truth;
    const live = await Promise.all(
      USERS.map((user) => readAll((from) => connections.liveConnectionsOf(user, now, from))),
    );
    return live.flat().map(({ id }) => id);
  }

  /** The same for subscriptions: one entry for each subscription of a connection. */
  async subscribed(): Promise<readonly ConnectionId[]> {
    const now = this.nowSeconds();
    const { subscriptions } = this.truth;
    const rows = await Promise.all(
      ENTITIES.map((entity) => readAll((from) => subscriptions.subscribersOf(entity, now, from))),
    );
    return rows.flat().map(({ connectionId }) => connectionId);
  }

  async countSubscriptions(id: ConnectionId): Promise<void> {
    const count = (await this.subscribed()).filter((subscriber) => subscriber === id).length;
    this.violations.expect(count <= LIMIT, "inv:15", "a connection is over its limit");
  }

  #possibleEnds(): readonly EpochSeconds[] {
    const ofGrants = [...this.adminEvents.values()].flatMap(({ order }) =>
      order.kind === "access" ? (order.change.until ?? []) : [],
    );
    const ofConnections = this.presented.flatMap(({ socket, token }) => {
      const last = closesAt(socket.connectedAt);
      return token.expiresAt < last ? [token.expiresAt, last] : [last];
    });
    return [...ofConnections, ...ofGrants];
  }
}
