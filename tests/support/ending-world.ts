import { grantsId } from "../../src/adapters/grants-id.ts";
import { MemoryAdministeredAccess } from "../../src/adapters/in-memory/memory-administered-access.ts";
import { MemoryConnectionStore } from "../../src/adapters/in-memory/memory-connection-store.ts";
import { MemoryRevocationList } from "../../src/adapters/in-memory/memory-revocation-list.ts";
import { MemorySubscriptionStore } from "../../src/adapters/in-memory/memory-subscription-store.ts";
import { issuerId } from "../../src/adapters/issuer-id.ts";
import { makeRenewConnection } from "../../src/application/connections/renew-connection.ts";
import { makeCarryOut } from "../../src/application/endings/carry-out.ts";
import { makeCollectEnds } from "../../src/application/endings/collect-ends.ts";
import { makeEndConnections } from "../../src/application/endings/end-connections.ts";
import { makeEndPart } from "../../src/application/endings/end-part.ts";
import { makePace } from "../../src/application/endings/pace.ts";
import { makeReviewConnections } from "../../src/application/endings/review-connections.ts";
import type { DelayedTask } from "../../src/application/ports/ending-tasks.ts";
import { makeGrantedAccess } from "../../src/application/subscriptions/granted-access.ts";
import { makeSubscribe } from "../../src/application/subscriptions/subscribe.ts";
import { type Connection, type ConnectionId, connectionExpiry } from "../../src/domain/connection/connection.ts";
import type { EndingTask } from "../../src/domain/connection/ending-task.ts";
import type { Seq } from "../../src/domain/connection/seq.ts";
import type { AccessChange } from "../../src/domain/grants/access-list.ts";
import type { EntityPattern, Grants } from "../../src/domain/grants/grant.ts";
import type { UserId } from "../../src/domain/identity/identity.ts";
import type { EntityId } from "../../src/domain/subscription/subscription.ts";
import { type EpochMillis, type EpochSeconds, toEpochSeconds } from "../../src/domain/time.ts";
import type { UnverifiedToken } from "../../src/domain/token/credentials.ts";
import type { TokenFacts } from "../../src/domain/token/token-facts.ts";
import { HandDrivenTime } from "../fakes/hand-driven-time.ts";
import { RecordingEndingTasks } from "../fakes/recording-ending-tasks.ts";
import { RecordingLogger } from "../fakes/recording-logger.ts";
import { ScriptedEnder } from "../fakes/scripted-ender.ts";
import { aConnection, tokenFacts } from "./a-connection.ts";
import { connectionId, NOON } from "./notifications.ts";

export const NOON_SECONDS = (NOON / 1000) as EpochSeconds;

/** In seconds after noon. */
type Seconds = { readonly until?: number; readonly at?: number };

const INVOCATION_MILLIS = 45_000;

/** The function that ends connections, over stores in memory and fakes, with a time that passes while a test waits. */
export class EndingWorld {
  readonly time = new HandDrivenTime(NOON);
  readonly connections: MemoryConnectionStore;
  readonly subscriptions: MemorySubscriptionStore;
  readonly revocations = new MemoryRevocationList();
  readonly ender = new ScriptedEnder(this.time);
  readonly tasks = new TimedTasks(this.time);
  readonly logger = new RecordingLogger();
  readonly administered = new MemoryAdministeredAccess();
  /** The product's own, without default grants. */
  readonly policy = makeGrantedAccess({ defaultGrants: [], administered: this.administered, clock: this.time });
  readonly deps;
  #opened = 0;
  #decisions = 0;

  constructor({ pageSize = 100, perSecond = 250, concurrency = 50 } = {}) {
    this.connections = new MemoryConnectionStore(pageSize);
    this.subscriptions = new MemorySubscriptionStore(this.connections);
    const { time, ender, tasks, logger, subscriptions, revocations, connections } = this;
    const pace = makePace(perSecond, { clock: time, timer: time });
    const shared = { clock: time, timer: time, backoff: time, pace, concurrency, logger, tasks };
    const { administered, policy } = this;
    const access = {
      reviews: subscriptions,
      administered,
      policy,
      ids: { next: () => `decision-${++this.#decisions}` },
    };
    this.deps = { ...shared, ...access, ender, subscriptions, revocations, connections, endings: connections };
  }

  /** Opens a connection at the present time, with a token that ends then, in seconds after noon. */
  async open(
    tokenEnd: number,
    facts: Partial<Connection> & { readonly facts?: Partial<TokenFacts>; readonly grants?: Grants } = {},
  ) {
    this.#opened += 1;
    const connectedAt = facts.connectedAt ?? this.time.now();
    const expiresAt = (NOON_SECONDS + tokenEnd) as EpochSeconds;
    const { facts: tokens, grants = [], ...rest } = facts;
    const granted = grantsId(grants);
    const token = {
      ...tokenFacts({ expiresAt, issuedAt: (NOON_SECONDS - 600) as EpochSeconds, ...tokens }),
      ...(granted && { grants: granted }),
    };
    const connection = aConnection({
      id: connectionId(`c${String(this.#opened).padStart(6, "0")}`),
      connectedAt,
      token,
      expiresAt: connectionExpiry(connectedAt, token.expiresAt),
      ...rest,
    });
    await this.connections.open(connection, grants);
    return connection;
  }

  /** Subscribes a connection as its client would. Answers with one result for each entity. */
  async subscribe({ id, identity }: Connection, entityIds: readonly string[], seq?: number) {
    const { subscriptions, policy, time: clock, deps } = this;
    const subscribe = makeSubscribe({ subscriptions, policy, clock, ids: deps.ids, limit: 1000 });
    const request = { connectionId: id, userId: identity.userId, entityIds: entityIds as readonly EntityId[] };
    const outcome = await subscribe({ ...request, seq: seq as Seq | undefined });
    return outcome.kind === "answered" ? outcome.results : outcome.kind;
  }

  /** Renews a connection with a token of other grants, which ends then, in seconds after noon. */
  async renew({ id, identity, connectedAt }: Connection, tokenEnd: number, grants: Grants) {
    const { connections, revocations, tasks, time: clock } = this;
    const token = { issuer: "portcullis", expiresAt: (NOON_SECONDS + tokenEnd) as EpochSeconds };
    const renew = makeRenewConnection({
      verifyToken: async () => ({ kind: "accepted", identity, token, grants }),
      ...{ renewals: connections, revocations, tasks, issuerIds: issuerId, grantsIds: grantsId, clock },
    });
    const presented = { connectionId: id, userId: identity.userId, connectedAt, token: "a.b.c" as UnverifiedToken };
    const { kind } = await renew(presented);
    return kind;
  }

  /** The event of an administrator who grants or withdraws at the present time. */
  access(kind: AccessChange["kind"], userId: UserId, pattern: string, { until, at }: Seconds = {}): EndingTask {
    const orderedAt = (at === undefined ? toEpochSeconds(this.time.now()) : NOON_SECONDS + at) as EpochSeconds;
    const end = until === undefined ? {} : { until: (NOON_SECONDS + until) as EpochSeconds };
    const about = { userId, verb: "subscribe", pattern: pattern as EntityPattern } as const;
    const change = { kind, ...about, at: orderedAt, ...end };
    const order = { kind: "access", change, eventId: "event-1", orderedAt } as const;
    return { order, part: { kind: "event" }, cut: 0, attempt: 0 };
  }

  /** The connections that a push to the entity reaches now. */
  async heardBy(entityId: string): Promise<readonly ConnectionId[]> {
    const now = toEpochSeconds(this.time.now());
    const { items } = await this.subscriptions.subscribersOf(entityId as EntityId, now);
    return items.map(({ connectionId: id }) => id);
  }

  /** Lets these minutes pass, with the schedule's run in each, and all tasks when they are due. */
  async minutes(from: number, until: number): Promise<void> {
    for (let minute = from; minute < until; minute += 1) {
      await this.drain(NOON + minute * 60_000);
      await this.collect(minute);
      await this.drain(NOON + (minute + 1) * 60_000);
    }
  }

  /** Some of one user, which have been open for a minute. */
  async openOf(userId: UserId, count: number): Promise<readonly Connection[]> {
    const opened: Connection[] = [];
    const connectedAt = (this.time.now() - 60_000) as EpochMillis;
    for (let one = 0; one < count; one += 1) opened.push(await this.open(3600, { connectedAt, identity: { userId } }));
    return opened;
  }

  run(task: EndingTask, { isRepeated = false, millisLeft = INVOCATION_MILLIS } = {}) {
    const deadline = (this.time.now() + millisLeft) as EpochMillis;
    return this.time.until(this.carryOut({ task, deadline, isRepeated }));
  }

  endBatch(batch: Partial<Parameters<ReturnType<typeof makeEndConnections>>[0]> & { ids: readonly ConnectionId[] }) {
    const deadline = (this.time.now() + INVOCATION_MILLIS) as EpochMillis;
    const whole = { order: { kind: "expiry" }, cut: 0, whatHasEnded: "leave", isLastAttempt: false, deadline } as const;
    return this.time.until(makeEndConnections(this.deps)({ ...whole, ...batch }));
  }

  /** The run of the schedule of a minute, counted from noon. */
  collect(minute: number) {
    const run = makeCollectEnds(this.deps)((NOON + minute * 60_000) as EpochMillis);
    return this.time.until(run);
  }

  get carryOut() {
    const { deps } = this;
    const endConnections = makeEndConnections(deps);
    const endPart = makeEndPart({ ...deps, endConnections, reviewConnections: makeReviewConnections(deps) });
    return makeCarryOut({ ...deps, endPart, maxLifetimeSeconds: 86_400 });
  }

  /** Carries out tasks, each when its delay is over, until none is left or the moment has come. */
  async drain(until = Number.POSITIVE_INFINITY): Promise<void> {
    const { due } = this.tasks;
    for (;;) {
      due.sort((one, other) => one.at - other.at);
      const next = due[0];
      if (next === undefined || next.at > until) break;
      due.shift();
      this.time.advanceTo(next.at);
      await this.run(next.task);
    }
    if (until !== Number.POSITIVE_INFINITY) this.time.advanceTo(until);
  }
}

/** Knows when each task is due. */
class TimedTasks extends RecordingEndingTasks {
  readonly due: { readonly task: EndingTask; readonly at: number }[] = [];
  readonly #time: HandDrivenTime;

  constructor(time: HandDrivenTime) {
    super();
    this.#time = time;
  }

  override async defer(tasks: readonly DelayedTask[]): Promise<void> {
    await super.defer(tasks);
    this.due.push(...tasks.map(({ task, delaySeconds }) => ({ task, at: this.#time.now() + delaySeconds * 1000 })));
  }
}
