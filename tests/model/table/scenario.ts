import { itemBytes } from "../../../src/adapters/dynamodb/connection-item.ts";
import { DynamoConnectionRenewals } from "../../../src/adapters/dynamodb/dynamo-connection-renewals.ts";
import { DynamoConnectionStore } from "../../../src/adapters/dynamodb/dynamo-connection-store.ts";
import { DynamoEndingConnections } from "../../../src/adapters/dynamodb/dynamo-ending-connections.ts";
import { DynamoRevocationList } from "../../../src/adapters/dynamodb/dynamo-revocation-list.ts";
import { DynamoSubscriptionStore } from "../../../src/adapters/dynamodb/dynamo-subscription-store.ts";
import type { DynamoTable } from "../../../src/adapters/dynamodb/dynamo-table.ts";
import { connectionKey, entityPartition, queueKey } from "../../../src/adapters/dynamodb/table-keys.ts";
import { makeCloseConnection } from "../../../src/application/connections/open-and-close.ts";
import { type ConnectionId, parseConnectionId } from "../../../src/domain/connection/connection.ts";
import type { EntityId } from "../../../src/domain/subscription/subscription.ts";
import { FixedClock } from "../../fakes/fixed-clock.ts";
import { NOW } from "../../support/a-connection.ts";
import { aSubscription } from "../../support/a-subscription.ts";
import { isLinearizable, type Request } from "../../support/is-linearizable.ts";
import type { Item } from "./expressions.ts";
import { FakeTable } from "./fake-table.ts";
import {
  aLife,
  isOfLife,
  type LifeOperation,
  type Lived,
  performLife,
  type TableStores,
  violationsIn,
} from "./life.ts";
import { type RequestInterceptor, Steps, setsAsLists } from "./steps.ts";

export const ENTITIES = ["a", "b", "c"] as const;

export type Operation =
  | { readonly kind: "subscribe" | "unsubscribe"; readonly entity: string }
  | { readonly kind: "close" }
  | LifeOperation;

export type Scenario = {
  readonly operations: readonly Operation[];
  readonly limit: number;
  /** The entities subscribed to at the beginning. */
  readonly initially: readonly string[];
  /** For how many names the record has room at the beginning. */
  readonly room: "plenty" | "one" | "none";
};

/** How the system is broken, if it is. */
export type Mutation = {
  readonly interceptor?: RequestInterceptor;
  /** For an interceptor with a state: a new one for each operation. */
  readonly makeInterceptor?: () => RequestInterceptor;
  /** A renewal does not read the revocations after its write. */
  readonly forgetsToCheck?: boolean;
  /** The push does not pass on the row that it read. */
  readonly forgetsSeen?: boolean;
};

type Stores = TableStores & { readonly clock: FixedClock };

const CONNECTION = aLife(parseConnectionId("one==") as ConnectionId);
const BUDGETS = { budgetMillis: 600_000, changeBudgetMillis: 600_000 };
const ID = CONNECTION.id;

/** Operations after which rows may go at any time. */
const ENDS: ReadonlySet<string> = new Set(["close", "end", "revoke"]);

/** Starts all operations of one connection at once; each goes on when one of its requests is chosen. */
export class TableSimulation {
  readonly table = new FakeTable();
  readonly steps = new Steps(this.table);
  readonly violations = new Set<string>();
  readonly requests: Request[] = [];
  readonly lives: Lived[] = [];
  readonly #history: string[] = [];
  readonly #scenario: Scenario;
  readonly #mutation: Mutation;
  #moment = 0;
  #isEnding = false;
  readonly #hasEnded = new Set<number>();

  private constructor(scenario: Scenario, mutation: Mutation) {
    this.#scenario = scenario;
    this.#mutation = mutation;
  }

  static async begin(scenario: Scenario, mutation: Mutation = {}): Promise<TableSimulation> {
    const run = new TableSimulation(scenario, mutation);
    await run.#prepare();
    for (const [owner, operation] of scenario.operations.entries()) void run.#operate(owner, operation);
    await consequences();
    return run;
  }

  get isOver(): boolean {
    return this.#hasEnded.size === this.#scenario.operations.length;
  }

  /** Takes one step, with all that results from it. */
  async take(index: number, fault: Parameters<Steps["waiting"][number]["take"]>[0] = "none"): Promise<void> {
    const [step] = this.steps.waiting.splice(index, 1);
    if (step === undefined) return;
    if (step.command !== undefined) this.#moment += 1;
    step.take(fault);
    await consequences();
    if (!this.steps.areInPieces && this.#rows().length > this.#scenario.limit) this.violations.add("over the limit");
  }

  /** Checks the end, when nothing is in flight. With `collects`, DynamoDB has removed the tombstone by its TTL. */
  async end(collects = false): Promise<void> {
    const { limit, initially } = this.#scenario;
    const closes = this.requests.filter(({ kind }) => kind === "close");
    for (const violation of violationsIn(
      this.lives,
      this.requests,
      this.table.find(connectionKey(ID)),
      this.#copies(),
    )) {
      this.violations.add(violation);
    }
    if (closes.length === 0) this.#compareRecord();
    else {
      const isClosed = closes.some(({ outcome }) => outcome === "closed");
      if (isClosed && this.#rows().length > 0) this.violations.add("a row outlived the end of its connection");
      if (collects) this.table.remove(connectionKey(ID));
      await this.#deliver();
    }
    const left = closes.length > 0 ? [] : this.#rows();
    if (!isLinearizable(this.requests, { limit, initially, finally: left })) this.violations.add("in no order");
  }

  /** Operations that begin between the same two ends have no order. */
  #noteBeginning(owner: number): void {
    const last = this.#history.at(-1) ?? "";
    const isAmongOthers = last.startsWith("begun ");
    const begun = isAmongOthers ? last.slice(6).split(" ") : [];
    if (isAmongOthers) this.#history.pop();
    this.#history.push(`begun ${[...begun, owner].toSorted().join(" ")}`);
  }

  #stores(documents: never, wait: () => Promise<void>): Stores {
    const table: DynamoTable = { documents, name: "table", index: "GSI1", ...BUDGETS };
    let millis = 0;
    const pause = (more: number) => {
      millis += more;
      return wait();
    };
    return {
      connections: new DynamoConnectionStore(table),
      subscriptions: new DynamoSubscriptionStore(table, { pause, now: () => millis }),
      renewals: new DynamoConnectionRenewals(table),
      endings: new DynamoEndingConnections(table),
      revocations: new DynamoRevocationList(table),
      clock: new FixedClock(NOW * 1000),
    };
  }

  /** At once, without faults and mutations. */
  #direct() {
    return this.#stores(
      { send: async (command: never) => this.table.perform(command) } as never,
      async () => undefined,
    );
  }

  async #prepare(): Promise<void> {
    const { initially, room } = this.#scenario;
    const { connections, subscriptions } = this.#direct();
    await connections.open(CONNECTION);
    const record = this.table.find(connectionKey(ID)) ?? {};
    if (room === "none") Object.assign(record, { ballast: "x".repeat(1000) });
    if (room === "one") {
      const bytes = itemBytes({ ...record, ballast: "", names: new Set(["a"]) });
      Object.assign(record, { ballast: "x".repeat(1000 - bytes) });
    }
    for (const entity of initially) {
      await subscriptions.subscribe(aSubscription(CONNECTION, entity as EntityId), NOW, initially.length);
    }
  }

  async #operate(owner: number, operation: Operation): Promise<void> {
    let begun: number | undefined;
    const mutated = this.#mutation.makeInterceptor?.() ?? this.#mutation.interceptor;
    const interceptor: RequestInterceptor = (command, ask) => {
      const asking: typeof ask = (asked) => {
        const answer = ask(asked);
        return answer.finally(() => {
          // It cannot have taken effect before.
          if (begun === undefined) this.#noteBeginning(owner);
          begun ??= this.#moment;
        });
      };
      return mutated === undefined ? asking(command) : mutated(command, asking);
    };
    const stores = this.#stores(this.steps.clientOf(owner, interceptor), () => this.steps.pause(owner));
    if (isOfLife(operation)) {
      const life = await performLife(operation, CONNECTION, owner, stores, this.#mutation.forgetsToCheck ?? false);
      this.#hasEnded.add(owner);
      this.#history.push(`${owner} ${life.outcome} ${this.#rows()}`);
      if (this.#isEnding) return;
      const moments = { begun: begun ?? this.#moment, ended: this.#moment + 0.5 };
      this.lives.push({ ...life, ...moments });
      // For the subscriptions an end is a close.
      if (life.outcome === "ended") this.requests.push({ kind: "close", outcome: "closed", ...moments });
      if (life.outcome === "failed" && life.operation.kind !== "renew") {
        this.requests.push({ kind: "close", outcome: "failed", ...moments });
      }
      this.#look();
      return;
    }
    const outcome = await this.#perform(operation, stores).catch(() => "failed" as const);
    this.#hasEnded.add(owner);
    this.#history.push(`${owner} ${outcome} ${this.#rows()}`);
    if (this.#isEnding) return;
    this.requests.push({ ...operation, outcome, begun: begun ?? this.#moment, ended: this.#moment + 0.5 } as Request);
    this.#look();
  }

  async #perform(operation: Exclude<Operation, LifeOperation>, stores: Stores): Promise<Request["outcome"]> {
    if (operation.kind === "close") {
      await makeCloseConnection(stores)(ID);
      return "closed";
    }
    const subscription = aSubscription(CONNECTION, operation.entity as EntityId);
    return operation.kind === "subscribe"
      ? stores.subscriptions.subscribe(subscription, NOW, this.#scenario.limit)
      : stores.subscriptions.unsubscribe(subscription, NOW);
  }

  /** Notes the rows that a push would find now, unless a transaction is only partly written. */
  #look(): void {
    if (this.steps.areInPieces || this.#scenario.operations.some(({ kind }) => ENDS.has(kind))) return;
    const rows = this.#rows();
    this.#moment += 1;
    for (const entity of ENTITIES) {
      const outcome = rows.includes(entity) ? "heard" : "not-heard";
      this.requests.push({ kind: "look", entity, outcome, begun: this.#moment, ended: this.#moment });
    }
  }

  /** A push to every row, through a gateway that no longer has the connection. */
  async #deliver(): Promise<void> {
    const { connections, subscriptions, clock } = this.#direct();
    for (const entity of this.#rows()) {
      const seen = this.#mutation.forgetsSeen ? undefined : (entity as EntityId);
      await makeCloseConnection({ connections, subscriptions, clock })(ID, seen);
    }
    if (this.#rows().length > 0) this.violations.add("a row outlived a delivery");
  }

  #rows(): readonly string[] {
    return ENTITIES.filter(
      (entity) => this.table.find({ pk: entityPartition(entity as EntityId), sk: ID }) !== undefined,
    );
  }

  /** The ends that rows have copied. */
  #copies(): readonly number[] {
    return this.table.all().flatMap(({ pk, expiresAt }) => (String(pk).startsWith("ENTITY#") ? Number(expiresAt) : []));
  }

  /** Record and parts must fit the rows, since closing and the limit depend on them. */
  #compareRecord(): void {
    const record = this.table.find(connectionKey(ID));
    const items = this.table.partition(ID).filter(({ sk }) => sk !== queueKey(ID).sk);
    const names = items.flatMap(namesIn).toSorted();
    if (names.join() !== this.#rows().join())
      this.violations.add("rows that the record does not know, or the other way round");
    if (record?.["count"] !== names.length) this.violations.add("a wrong count");
    const steps = [...String(record?.["levels"])].reduce((sum, level) => sum + Number.parseInt(level, 16), 0);
    const inParts = items.filter(({ sk }) => sk !== connectionKey(ID).sk).flatMap(namesIn);
    if (steps !== inParts.length) this.violations.add("a wrong level");
  }

  /**
   * The indexes of the steps that may be taken. An operation that waits looks again only after a write, or when no other
   * step is left: before that, it would see the same.
   */
  enabled(): readonly number[] {
    const { waiting } = this.steps;
    const able = [...waiting.keys()].filter((index) => waiting[index]?.isOfUse());
    return able.length > 0 ? able : [0];
  }

  /** The state on which all later steps and violations depend: the table, the answers, and their order. */
  signature(): string {
    const answers = this.steps.answers.map((answered, owner) => (this.#hasEnded.has(owner) ? [] : answered));
    return JSON.stringify([this.table.all(), answers, this.#history], setsAsLists);
  }

  /** Before its end. */
  async abandon(): Promise<void> {
    this.#isEnding = true;
    while (!this.isOver) {
      this.steps.abandon();
      await consequences();
    }
  }
}

function namesIn({ names }: Item): readonly string[] {
  return names instanceof Set ? [...names] : [];
}

/** More steps than any promise here needs; a turn of the event loop would take ten times as long. */
const TICKS = 30;

/** Every promise that can settle without another step has settled. */
async function consequences(): Promise<void> {
  for (let tick = 0; tick < TICKS; tick += 1) await undefined;
}
