import { itemBytes } from "../../../src/adapters/dynamodb/connection-item.ts";
import { DynamoAdministeredAccess } from "../../../src/adapters/dynamodb/dynamo-administered-access.ts";
import { DynamoConnectionRenewals } from "../../../src/adapters/dynamodb/dynamo-connection-renewals.ts";
import { DynamoConnectionStore } from "../../../src/adapters/dynamodb/dynamo-connection-store.ts";
import { DynamoEndingConnections } from "../../../src/adapters/dynamodb/dynamo-ending-connections.ts";
import { DynamoRevocationList } from "../../../src/adapters/dynamodb/dynamo-revocation-list.ts";
import { DynamoSubscriptionReviews } from "../../../src/adapters/dynamodb/dynamo-subscription-reviews.ts";
import { DynamoSubscriptionStore } from "../../../src/adapters/dynamodb/dynamo-subscription-store.ts";
import type { DynamoTable } from "../../../src/adapters/dynamodb/dynamo-table.ts";
import { connectionKey, entityPartition } from "../../../src/adapters/dynamodb/table-keys.ts";
import { MAX_WRITES } from "../../../src/adapters/dynamodb/transaction-writes.ts";
import { makeCloseConnection } from "../../../src/application/connections/open-and-close.ts";
import type { DecideEntities, SubscriptionRequest } from "../../../src/application/ports/subscription-store.ts";
import { decideSafely } from "../../../src/application/subscriptions/decide-safely.ts";
import { type Connection, type ConnectionId, parseConnectionId } from "../../../src/domain/connection/connection.ts";
import type { Seq } from "../../../src/domain/connection/seq.ts";
import type { AccessDecision } from "../../../src/domain/grants/access-decision.ts";
import { type AccessList, alteredBy } from "../../../src/domain/grants/access-list.ts";
import type { EntityId } from "../../../src/domain/subscription/subscription.ts";
import { FixedClock } from "../../fakes/fixed-clock.ts";
import { NOW } from "../../support/a-connection.ts";
import { isLinearizable, type Request } from "../../support/is-linearizable.ts";
import {
  type AccessOperation,
  type AccessStores,
  type AdministratorsChange,
  changeOf,
  grantsNamed,
  isOfAccess,
  performAccess,
  policyOf,
  reviewAndTell,
  type TokenGrants,
} from "./access.ts";
import { FakeTable } from "./fake-table.ts";
import { Ledger } from "./ledger.ts";
import {
  aLife,
  isOfLife,
  type LifeOperation,
  type Lived,
  performLife,
  type TableStores,
  violationsIn,
  withGrants,
} from "./life.ts";
import { recordViolations } from "./record-violations.ts";
import { type RequestInterceptor, Steps, setsAsLists } from "./steps.ts";

export const ENTITIES = ["a", "b", "c"] as const;

type ChangeOperation = {
  readonly kind: "subscribe" | "unsubscribe";
  readonly entities: readonly string[];
  readonly seq?: number | undefined;
};

export type Operation = ChangeOperation | { readonly kind: "close" } | LifeOperation | AccessOperation;

export type Scenario = {
  readonly operations: readonly Operation[];
  readonly limit: number;
  /** The entities that the connection asked for at the beginning. */
  readonly initially: readonly string[];
  /** For how many names the record has room at the beginning. */
  readonly room: "plenty" | "one" | "none";
  /** Of the token at the beginning: all, if it says nothing. */
  readonly grants?: TokenGrants | undefined;
  /** What administrators decided before the beginning. */
  readonly decided?: readonly AdministratorsChange[] | undefined;
  /** A transaction has room for one row and its part, so lists take several. */
  readonly isNarrow?: boolean | undefined;
};

/** How the system is broken, if it is. */
export type Mutation = {
  readonly interceptor?: RequestInterceptor;
  /** For an interceptor with a state: a new one for each operation. */
  readonly makeInterceptor?: (operation: Operation) => RequestInterceptor;
  /** A renewal does not read the revocations after its write. */
  readonly forgetsToCheck?: boolean;
  /** The push does not pass on the row that it read. */
  readonly forgetsSeen?: boolean;
  /** A request decides once only, whatever changes. */
  readonly decidesOnce?: boolean;
};

type Stores = TableStores & AccessStores;

const CONNECTION = aLife(parseConnectionId("one==") as ConnectionId);
const BUDGETS = { budgetMillis: 600_000, changeBudgetMillis: 600_000 };
const ID = CONNECTION.id;
const { userId } = CONNECTION.identity;

/** Operations after which rows may go at any time. */
const ENDS: ReadonlySet<string> = new Set(["close", "end", "revoke"]);

/** A run with more steps waits for something that never comes. */
const MAX_STEPS = 1000;

/** Starts all operations of one connection at once; each goes on when one of its requests is chosen. */
export class TableSimulation {
  readonly table = new FakeTable();
  readonly clock = new FixedClock(NOW * 1000);
  readonly ledger: Ledger;
  readonly steps: Steps;
  readonly violations = new Set<string>();
  readonly requests: Request[] = [];
  readonly lives: Lived[] = [];
  readonly #history: string[] = [];
  readonly #scenario: Scenario;
  readonly #mutation: Mutation;
  readonly #connection: Connection;
  #moment = 0;
  #taken = 0;
  #isEnding = false;
  #initially: readonly string[] = [];
  readonly #hasEnded = new Set<number>();
  /** Events whose function failed: they come again. */
  readonly #undone: AccessOperation[] = [];

  private constructor(scenario: Scenario, mutation: Mutation) {
    this.#scenario = scenario;
    this.#mutation = mutation;
    const { grants = "all", operations } = scenario;
    this.#connection = { ...CONNECTION, token: withGrants(CONNECTION.token, grants) };
    const isReview = (owner: number) => isOfAccess(operations[owner] ?? { kind: "none" });
    this.ledger = new Ledger({
      ...{ table: this.table, connection: this.#connection, entities: ENTITIES, clock: this.clock },
      ...{ isReview, now: () => this.#moment },
    });
    this.steps = new Steps(this.table, (owner, command) => this.ledger.noteWritten(owner, command));
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
    this.#taken += 1;
    if (this.#taken > MAX_STEPS) {
      this.violations.add("no end");
      await this.abandon();
      return;
    }
    const [step] = this.steps.waiting.splice(index, 1);
    if (step === undefined) return;
    if (step.command !== undefined) this.#moment += 1;
    step.take(fault);
    await consequences();
    if (!this.steps.areInPieces && this.#rows().length > this.#scenario.limit) this.violations.add("over the limit");
  }

  /** Checks the end, when nothing is in flight. With `collects`, DynamoDB has removed the tombstone by its TTL. */
  async end(collects = false): Promise<void> {
    if (this.#isEnding) return;
    const closes = this.requests.filter(({ kind }) => kind === "close");
    const record = this.table.find(connectionKey(ID));
    this.#note(violationsIn(this.lives, this.requests, record, this.#copies()));
    this.#note(this.#denialViolations());
    const left = closes.length > 0 ? [] : this.#rows();
    if (closes.length === 0) {
      this.#note(recordViolations(this.table, ID, left));
      await this.#reviewAll().catch(() => this.violations.add("no end"));
    } else {
      const isClosed = closes.some(({ outcome }) => outcome === "closed");
      if (isClosed && this.#rows().length > 0) this.violations.add("a row outlived the end of its connection");
      if (collects) this.table.remove(connectionKey(ID));
      await this.#deliver();
    }
    this.#note(this.ledger.violations);
    const { limit } = this.#scenario;
    const isInOrder = isLinearizable(this.requests, { limit, initially: this.#initially, finally: left });
    if (!isInOrder) this.violations.add("in no order");
  }

  #note(violations: Iterable<string>): void {
    for (const violation of violations) this.violations.add(violation);
  }

  *#denialViolations(): Generator<string> {
    for (const request of this.requests) {
      if (request.kind !== "subscribe" || request.outcome !== "denied") continue;
      const { entity, begun, ended } = request;
      if (!this.ledger.canBeDenied(entity, begun, ended)) yield "a denial of what was granted";
    }
  }

  /** What a failed function left to its repetition, and the last of the reviews that a renewal deferred. */
  async #reviewAll(): Promise<void> {
    this.#note(this.ledger.untoldViolations());
    const stores = this.#direct();
    const told = { connection: this.#connection, ledger: this.ledger, reviewed: () => undefined };
    for (const operation of this.#undone) {
      if ("pattern" in operation) await stores.administered.record(changeOf(operation, CONNECTION));
    }
    if (this.#undone.length > 0 || this.ledger.hasDeferred) await reviewAndTell(stores, told);
    const { decided = [], operations } = this.#scenario;
    const changes = [...decided, ...operations]
      .filter((one) => "pattern" in one)
      .map((one) => changeOf(one, CONNECTION));
    let list: AccessList = [];
    for (const change of changes) {
      const altered = alteredBy(change, list);
      const isAltered = (one: AccessList[number]) => altered.some(({ pattern }) => pattern === one.pattern);
      list = [...list.filter((one) => !isAltered(one)), ...altered];
    }
    this.#note(this.ledger.rowViolations(list));
    this.#note(recordViolations(this.table, ID, this.#rows()));
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
    const maxWrites = this.#scenario.isNarrow ? 2 : MAX_WRITES;
    const waiting = { pause, now: () => millis };
    return {
      connections: new DynamoConnectionStore(table),
      subscriptions: new DynamoSubscriptionStore(table, waiting, maxWrites),
      renewals: new DynamoConnectionRenewals(table, waiting),
      endings: new DynamoEndingConnections(table),
      revocations: new DynamoRevocationList(table),
      administered: new DynamoAdministeredAccess(table),
      reviews: new DynamoSubscriptionReviews(table, waiting, maxWrites + 1),
      clock: this.clock,
    };
  }

  /** At once, without faults and mutations. */
  #direct(): Stores {
    let pauses = 0;
    const documents = { send: async (command: never) => this.table.perform(command) } as never;
    return this.#stores(documents, async () => {
      pauses += 1;
      if (pauses === MAX_STEPS) throw new Error("waits for ever");
    });
  }

  async #prepare(): Promise<void> {
    const { initially, room, limit, grants = "all", decided = [] } = this.#scenario;
    const stores = this.#direct();
    await stores.connections.open(this.#connection, grantsNamed(grants));
    for (const change of decided) await stores.administered.record(changeOf(change, CONNECTION));
    const record = this.table.find(connectionKey(ID)) ?? {};
    if (room === "none") Object.assign(record, { ballast: "x".repeat(1000) });
    if (room === "one") {
      const bytes = itemBytes({ ...record, ballast: "", names: new Set(["a"]) });
      Object.assign(record, { ballast: "x".repeat(1000 - bytes) });
    }
    if (initially.length > 0) {
      const request = requestOf({ entities: initially });
      await stores.subscriptions.subscribe(request, NOW, { limit, decide: this.#decideBy(stores) });
    }
    this.#initially = this.#rows();
    this.ledger.begin();
  }

  #decideBy(stores: Stores): DecideEntities {
    const policy = policyOf(stores);
    const first = new Map<EntityId, AccessDecision | undefined>();
    return async (grants, entityIds) => {
      if (this.#mutation.decidesOnce && entityIds.every((entityId) => first.has(entityId)))
        return entityIds.map((entityId) => first.get(entityId));
      const decisions = await decideSafely(policy, { userId, grants }, entityIds, NOW);
      for (const [index, entityId] of entityIds.entries()) first.set(entityId, decisions[index]);
      return decisions;
    };
  }

  async #operate(owner: number, operation: Operation): Promise<void> {
    let begun: number | undefined;
    const mutated = this.#mutation.makeInterceptor?.(operation) ?? this.#mutation.interceptor;
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
    const moments = () => ({ begun: begun ?? this.#moment, ended: this.#moment + 0.5 });
    const outcome = await this.#perform(owner, operation, stores, moments);
    this.#hasEnded.add(owner);
    this.#noteHiddenNumber(owner, operation, moments);
    this.#history.push(`${owner} ${outcome} ${this.#rows()}`);
    if (!this.#isEnding) this.#look();
  }

  /**
   * A repeated update that met its own effect is looked at again: when a later request or the connection's end has come
   * meanwhile, the answer hides that the number counted. An update changes nothing else: rows take a transaction, which is
   * done once.
   */
  #noteHiddenNumber(owner: number, operation: Operation, moments: () => Moments): void {
    const seq = "seq" in operation ? operation.seq : undefined;
    if (seq === undefined || !this.steps.repeated.has(owner)) return;
    this.#request({ kind: "renew", seq, outcome: "failed", ...moments() });
  }

  /** The outcome as text. */
  async #perform(owner: number, operation: Operation, stores: Stores, moments: () => Moments): Promise<string> {
    if (isOfLife(operation)) return this.#live(owner, operation, stores, moments);
    if (isOfAccess(operation)) return this.#change(owner, operation, stores, moments);
    if (operation.kind === "close") {
      const closed = makeCloseConnection(stores)(ID).then(() => "closed" as const);
      const outcome = await closed.catch(() => "failed" as const);
      this.#request({ kind: "close", outcome, ...moments() });
      return outcome;
    }
    const outcomes = await this.#ask(operation, stores).catch(() => operation.entities.map(() => "failed" as const));
    const { kind, entities, seq } = operation;
    const isPart = entities.length > 1;
    for (const [index, entity] of entities.entries()) {
      this.#request({ kind, entity, seq, isPart, outcome: outcomes[index] ?? "failed", ...moments() });
    }
    return outcomes.join();
  }

  async #ask(operation: ChangeOperation, stores: Stores): Promise<readonly ChangeOutcome[]> {
    const request = requestOf(operation);
    const rules = { limit: this.#scenario.limit, decide: this.#decideBy(stores) };
    const outcome =
      operation.kind === "subscribe"
        ? await stores.subscriptions.subscribe(request, NOW, rules)
        : await stores.subscriptions.unsubscribe(request, NOW);
    if (outcome.kind !== "answered") return operation.entities.map(() => outcome.kind as ChangeOutcome);
    return outcome.results.map((result) => (typeof result === "object" ? result.kind : result));
  }

  async #live(owner: number, operation: LifeOperation, stores: Stores, moments: () => Moments): Promise<string> {
    const life = await performLife(operation, stores, {
      ...{ connection: this.#connection, owner, forgetsToCheck: this.#mutation.forgetsToCheck ?? false },
      defer: () => this.ledger.noteDeferred(owner),
    });
    const { outcome } = life;
    if (this.#isEnding) return outcome;
    this.lives.push({ ...life, ...moments() });
    if (operation.kind !== "renew") {
      // For the subscriptions an end is a close.
      if (outcome === "ended") this.#request({ kind: "close", outcome: "closed", ...moments() });
      // The SDK's late copy of a claim may arrive after the renewal that the claim met was taken back.
      const mayEndLater = outcome === "passed-over" && this.steps.repeated.has(owner);
      if (outcome === "failed" || mayEndLater) this.#request({ kind: "close", outcome: "failed", ...moments() });
      return outcome;
    }
    const { seq } = operation;
    // Without a number it has no order among the requests about subscriptions.
    if (seq === undefined) return outcome;
    if (outcome === "stale" || outcome === "failed") this.#request({ kind: "renew", seq, outcome, ...moments() });
    if (outcome === "renewed" || outcome === "taken-back") {
      this.#request({ kind: "renew", seq, outcome: "renewed", ...moments() });
    }
    return outcome;
  }

  async #change(owner: number, operation: AccessOperation, stores: Stores, moments: () => Moments): Promise<string> {
    let isReviewed = false;
    const reviewed = (ended: readonly string[]) => {
      isReviewed = true;
      this.#request({ kind: "review", outcome: "reviewed", ...moments() });
      for (const entity of ended) this.#request({ kind: "deny", entity, outcome: "ended", ...moments() });
    };
    const access = { connection: this.#connection, ledger: this.ledger, wait: () => this.steps.pause(owner), reviewed };
    try {
      await performAccess(operation, stores, access);
      return "done";
    } catch {
      this.#undone.push(operation);
      if (isReviewed) return "failed";
      for (const entity of ENTITIES) this.#request({ kind: "deny", entity, outcome: "failed", ...moments() });
      return "failed";
    }
  }

  #request(request: Request): void {
    if (!this.#isEnding) this.requests.push(request);
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
    return JSON.stringify([this.table.all(), answers, this.#history, this.ledger.state], setsAsLists);
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

type Moments = Pick<Request, "begun" | "ended">;
type ChangeOutcome = Extract<Request, { readonly kind: "subscribe" | "unsubscribe" }>["outcome"];

function requestOf({ entities, seq }: Pick<ChangeOperation, "entities" | "seq">): SubscriptionRequest {
  return { connectionId: ID, userId, entityIds: entities as readonly EntityId[], seq: seq as Seq | undefined };
}

/** More steps than any promise here needs; a turn of the event loop would take ten times as long. */
const TICKS = 30;

/** Every promise that can settle without another step has settled. */
async function consequences(): Promise<void> {
  for (let tick = 0; tick < TICKS; tick += 1) await undefined;
}
