import { MemoryConnectionStore } from "../../src/adapters/in-memory/memory-connection-store.ts";
import { MemoryRevocationList } from "../../src/adapters/in-memory/memory-revocation-list.ts";
import { MemorySubscriptionStore } from "../../src/adapters/in-memory/memory-subscription-store.ts";
import { makeCarryOut } from "../../src/application/endings/carry-out.ts";
import { makeCollectEnds } from "../../src/application/endings/collect-ends.ts";
import { makeEndConnections } from "../../src/application/endings/end-connections.ts";
import { makeEndPart } from "../../src/application/endings/end-part.ts";
import { makePace } from "../../src/application/endings/pace.ts";
import type { DelayedTask } from "../../src/application/ports/ending-tasks.ts";
import { type Connection, type ConnectionId, connectionExpiry } from "../../src/domain/connection/connection.ts";
import type { EndingTask } from "../../src/domain/connection/ending-task.ts";
import type { UserId } from "../../src/domain/identity/identity.ts";
import type { EpochMillis, EpochSeconds } from "../../src/domain/time.ts";
import type { TokenFacts } from "../../src/domain/token/token-facts.ts";
import { HandDrivenTime } from "../fakes/hand-driven-time.ts";
import { RecordingEndingTasks } from "../fakes/recording-ending-tasks.ts";
import { RecordingLogger } from "../fakes/recording-logger.ts";
import { ScriptedEnder } from "../fakes/scripted-ender.ts";
import { aConnection, tokenFacts } from "./a-connection.ts";
import { connectionId, NOON } from "./notifications.ts";

export const NOON_SECONDS = (NOON / 1000) as EpochSeconds;

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
  readonly deps;
  #opened = 0;

  constructor({ pageSize = 100, perSecond = 250, concurrency = 50 } = {}) {
    this.connections = new MemoryConnectionStore(pageSize);
    this.subscriptions = new MemorySubscriptionStore(this.connections);
    const { time, ender, tasks, logger, subscriptions, revocations, connections } = this;
    const pace = makePace(perSecond, { clock: time, timer: time });
    const shared = { clock: time, timer: time, backoff: time, pace, concurrency, logger, tasks };
    this.deps = { ...shared, ender, subscriptions, revocations, connections, endings: connections };
  }

  /** Opens a connection at the present time, with a token that ends then, in seconds after noon. */
  async open(tokenEnd: number, facts: Partial<Connection> & { readonly facts?: Partial<TokenFacts> } = {}) {
    this.#opened += 1;
    const connectedAt = facts.connectedAt ?? this.time.now();
    const expiresAt = (NOON_SECONDS + tokenEnd) as EpochSeconds;
    const { facts: tokens, ...rest } = facts;
    const token = tokenFacts({ expiresAt, issuedAt: (NOON_SECONDS - 600) as EpochSeconds, ...tokens });
    const connection = aConnection({
      id: connectionId(`c${String(this.#opened).padStart(6, "0")}`),
      connectedAt,
      token,
      expiresAt: connectionExpiry(connectedAt, token.expiresAt),
      ...rest,
    });
    await this.connections.open(connection);
    return connection;
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
    const endPart = makeEndPart({ ...deps, endConnections: makeEndConnections(deps) });
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
