import { BatchWriteCommand, DeleteCommand, PutCommand, TransactWriteCommand } from "@aws-sdk/lib-dynamodb";
import { accessPartition, connectionKey, untoldKey } from "../../../src/adapters/dynamodb/table-keys.ts";
import { fromUntoldItem } from "../../../src/adapters/dynamodb/untold-item.ts";
import { grantsId } from "../../../src/adapters/grants-id.ts";
import type { EndedByReview } from "../../../src/application/ports/subscription-reviews.ts";
import type { Connection } from "../../../src/domain/connection/connection.ts";
import { type AccessDecision, decideAccess } from "../../../src/domain/grants/access-decision.ts";
import type { AccessEntry, AccessList } from "../../../src/domain/grants/access-list.ts";
import { type Grants, parseGrant } from "../../../src/domain/grants/grant.ts";
import type { EntityId } from "../../../src/domain/subscription/subscription.ts";
import { type EpochSeconds, toEpochSeconds } from "../../../src/domain/time.ts";
import type { FixedClock } from "../../fakes/fixed-clock.ts";
import { grantsNamed } from "./access.ts";
import type { Item } from "./expressions.ts";
import type { Command, FakeTable } from "./fake-table.ts";

/** What was allowed from a moment on, by the token and by the administrators. */
type Allowed = { readonly moment: number; readonly byToken: readonly string[]; readonly byList: readonly string[] };

type LedgerWorld = {
  readonly table: FakeTable;
  readonly connection: Connection;
  readonly entities: readonly string[];
  readonly clock: FixedClock;
  /** Of all operations. */
  readonly isReview: (owner: number) => boolean;
  readonly now: () => number;
};

/** Compares each write with the grants that are true at its moment, and remembers what reviews ended. */
export class Ledger {
  readonly violations = new Set<string>();
  readonly #world: LedgerWorld;
  readonly #allowed: Allowed[] = [];
  /** The subscriptions that a review ended and of which nobody was told, with the record's revision at that moment. */
  readonly #ended = new Map<string, number>();
  readonly #rows = new Set<string>();
  /** The renewals that have deferred a review. */
  readonly #deferring = new Set<number>();
  #tokenGrants: unknown;

  constructor(world: LedgerWorld) {
    this.#world = world;
  }

  get hasDeferred(): boolean {
    return this.#deferring.size > 0;
  }

  /** The state on which later violations depend. */
  get state(): unknown {
    return [[...this.#ended], [...this.#deferring].toSorted(), this.#world.clock.now()];
  }

  /** Call it when the table is as it is before all operations. */
  begin(): void {
    this.#tokenGrants = this.#record()["grants"];
    for (const entity of this.#world.entities) if (this.#isRow(entity)) this.#rows.add(entity);
    this.noteGrants();
  }

  noteDeferred(owner: number): void {
    this.#deferring.add(owner);
  }

  noteTold({ ended, revision }: EndedByReview): void {
    for (const { entityId } of ended) {
      if (Number(this.#ended.get(entityId)) <= revision) this.#ended.delete(entityId);
    }
  }

  noteGrants(): void {
    const { entities, now } = this.#world;
    const byToken = entities.filter((entity) => this.#decide(entity, this.#grants(), []).kind === "allowed");
    const list = this.#list();
    const byList = entities.filter((entity) => this.#decide(entity, [], list).kind === "allowed");
    this.#allowed.push({ moment: now(), byToken, byList });
  }

  noteWritten(owner: number, command: Command): void {
    const { isReview } = this.#world;
    const record = this.#record();
    const isOfToken = record["closedAt"] === undefined && record["grants"] !== this.#tokenGrants;
    if (isOfToken) {
      this.#tokenGrants = record["grants"];
      if (!this.#deferring.has(owner)) this.violations.add("other grants without a review");
    }
    if (isOfToken || isOfList(command)) this.noteGrants();
    for (const [entity, change] of changesOfRows(command)) {
      if (change === "gone") {
        if (this.#rows.delete(entity) && isReview(owner)) this.#ended.set(entity, Number(record["revision"]));
      } else if (!this.#rows.has(entity)) {
        this.#rows.add(entity);
        this.#ended.delete(entity);
        if (!this.#isGrantedNow(entity)) this.violations.add("a row by grants that were no longer true");
      }
    }
  }

  /** Whether a denial can have been right between two moments. */
  canBeDenied(entity: string, begun: number, ended: number): boolean {
    const states = this.#allowed.filter(
      ({ moment }, index) => moment <= ended && Number(this.#allowed[index + 1]?.moment ?? ended) >= begun,
    );
    return (
      states.some(({ byToken }) => !byToken.includes(entity)) && states.some(({ byList }) => !byList.includes(entity))
    );
  }

  /** What is wrong with the notes, when nothing is in flight. */
  *untoldViolations(): Generator<string> {
    const noted = fromUntoldItem(this.#world.table.find(untoldKey(this.#world.connection.id)))?.ended ?? [];
    for (const entity of this.#ended.keys()) {
      if (!noted.some(({ entityId }) => entityId === entity)) yield "a subscription that a review ended untold";
    }
  }

  /** What is wrong with the rows, when nothing is in flight and a review has come last. */
  *rowViolations(expected: AccessList): Generator<string> {
    const { entities, table, connection } = this.#world;
    if (table.find(untoldKey(connection.id)) !== undefined) yield "a note that stayed";
    for (const entity of entities) {
      const wanted = this.#decide(entity, this.#grants(), expected);
      const decided = this.#decide(entity, this.#grants(), this.#list());
      if (JSON.stringify(untilOf(decided)) !== JSON.stringify(untilOf(wanted))) yield "a wrong list";
      const row = table.find({ pk: `ENTITY#${entity}`, sk: connection.id });
      if (row === undefined) continue;
      if (decided.kind === "denied") yield "a row that the grants deny";
      else if (row["grantedUntil"] !== decided.until) yield "a row with a wrong end";
    }
  }

  /** The list may have changed since it was read: the review that follows then looks at the row. */
  #isGrantedNow(entity: string): boolean {
    const wasListed = this.#allowed.some(({ byList }) => byList.includes(entity));
    return wasListed || this.#allowed.at(-1)?.byToken.includes(entity) === true;
  }

  #decide(entity: string, grants: Grants, list: AccessList): AccessDecision {
    const { connection, clock } = this.#world;
    const requester = { userId: connection.identity.userId, grants };
    const request = { requester, verb: "subscribe", entityId: entity as EntityId } as const;
    return decideAccess(request, { defaultGrants: [], list, now: toEpochSeconds(clock.now()) }) as AccessDecision;
  }

  /** By the record's digest alone. */
  #grants(): Grants {
    const all = (["all", "some", "none"] as const).map(grantsNamed);
    return all.find((grants) => grantsId(grants) === this.#record()["grants"]) ?? [];
  }

  #list(): AccessList {
    const { table, connection } = this.#world;
    return table.partition(accessPartition(connection.identity.userId)).flatMap((item) => entryOf(item) ?? []);
  }

  #record(): Item {
    return this.#world.table.find(connectionKey(this.#world.connection.id)) ?? {};
  }

  #isRow(entity: string): boolean {
    return this.#world.table.find({ pk: `ENTITY#${entity}`, sk: this.#world.connection.id }) !== undefined;
  }
}

function untilOf(decision: AccessDecision): unknown {
  return [decision.kind, decision.kind === "allowed" && decision.until];
}

function entryOf({ sk, grantedAt, grantedUntil, withdrawnAt }: Item): AccessEntry | undefined {
  const grant = parseGrant(sk);
  const granted =
    grantedAt === undefined
      ? undefined
      : { at: grantedAt as EpochSeconds, until: grantedUntil as EpochSeconds | undefined };
  return grant && { ...grant, granted, withdrawnAt: withdrawnAt as EpochSeconds | undefined };
}

/** The rows that a command writes or deletes. */
function* changesOfRows(command: Command): Generator<readonly [entity: string, change: "there" | "gone"]> {
  for (const { Put, Delete } of writesOf(command)) {
    const pk = String(Object(Put ? Put.Item : Delete?.Key).pk);
    if (pk.startsWith("ENTITY#")) yield [pk.slice("ENTITY#".length), Put ? "there" : "gone"];
  }
}

function isOfList(command: Command): boolean {
  return command instanceof PutCommand && String(command.input.Item?.["pk"]).startsWith("ACCESS#");
}

type Write = { readonly Put?: { readonly Item?: unknown }; readonly Delete?: { readonly Key?: unknown } };

function writesOf(command: Command): readonly Write[] {
  if (command instanceof TransactWriteCommand) return (command.input.TransactItems ?? []) as readonly Write[];
  if (command instanceof PutCommand) return [{ Put: command.input }];
  if (command instanceof DeleteCommand) return [{ Delete: command.input }];
  if (!(command instanceof BatchWriteCommand)) return [];
  const requests = Object.values(command.input.RequestItems ?? {}).flat();
  return requests.map(({ DeleteRequest }) => ({ Delete: DeleteRequest ?? {} }));
}
