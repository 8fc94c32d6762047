import type { DynamoConnectionRenewals } from "../../../src/adapters/dynamodb/dynamo-connection-renewals.ts";
import type { DynamoConnectionStore } from "../../../src/adapters/dynamodb/dynamo-connection-store.ts";
import type { DynamoEndingConnections } from "../../../src/adapters/dynamodb/dynamo-ending-connections.ts";
import type { DynamoRevocationList } from "../../../src/adapters/dynamodb/dynamo-revocation-list.ts";
import type { DynamoSubscriptionStore } from "../../../src/adapters/dynamodb/dynamo-subscription-store.ts";
import { momentKey, slotKey } from "../../../src/adapters/dynamodb/table-keys.ts";
import { grantsId } from "../../../src/adapters/grants-id.ts";
import type { Connection, ConnectionId } from "../../../src/domain/connection/connection.ts";
import { type EndingCode, endSlot } from "../../../src/domain/connection/ending.ts";
import type { Seq } from "../../../src/domain/connection/seq.ts";
import { addSeconds, type EpochSeconds } from "../../../src/domain/time.ts";
import { isRevokedBy, type Revocation } from "../../../src/domain/token/revocation.ts";
import type { TokenFacts, TokenId } from "../../../src/domain/token/token-facts.ts";
import { aConnection, NOW, tokenFacts } from "../../support/a-connection.ts";
import type { Request } from "../../support/is-linearizable.ts";
import { grantsNamed, type TokenGrants } from "./access.ts";
import type { Item } from "./expressions.ts";

type RenewOperation = {
  readonly kind: "renew";
  readonly minutes: number;
  readonly isOld: boolean;
  readonly grants?: TokenGrants | undefined;
  readonly seq?: number | undefined;
};

/** What happens to the end of a connection. The revocation ends every token that `isOld`, and no other. */
export type LifeOperation = RenewOperation | { readonly kind: "end" } | { readonly kind: "revoke" };

/** An operation as its caller saw it. `seen`: the end of the token that it meant. */
export type Lived = {
  readonly operation: LifeOperation;
  readonly outcome: "renewed" | "taken-back" | "refused" | "stale" | "ended" | "passed-over" | "failed";
  readonly seen?: number | undefined;
  readonly begun: number;
  readonly ended: number;
};

export type TableStores = {
  readonly connections: DynamoConnectionStore;
  readonly subscriptions: DynamoSubscriptionStore;
  readonly renewals: DynamoConnectionRenewals;
  readonly endings: DynamoEndingConnections;
  readonly revocations: DynamoRevocationList;
};

const MINUTE = 60;
const LAST_OLD = addSeconds(NOW, -1);

const FIRST_END = addSeconds(NOW, 10 * MINUTE);

export function aLife(id: ConnectionId): Connection {
  return aConnection({ id, expiresAt: FIRST_END });
}

/** The facts of a token with these grants. */
export function withGrants(token: TokenFacts, name: TokenGrants): TokenFacts {
  const id = grantsId(grantsNamed(name));
  return id === undefined ? token : { ...token, grants: id };
}

export function isOfLife(operation: { readonly kind: string }): operation is LifeOperation {
  return ["renew", "end", "revoke"].includes(operation.kind);
}

export type Living = {
  readonly connection: Connection;
  /** Names the token of a renewal. */
  readonly owner: number;
  readonly forgetsToCheck: boolean;
  /** Is called before a renewal with other grants. */
  readonly defer: () => void;
};

/** The steps of `authenticate`, of a sweep and of a revocation. */
export async function performLife(
  operation: LifeOperation,
  stores: TableStores,
  living: Living,
): Promise<Omit<Lived, "begun" | "ended">> {
  const { connection } = living;
  let seen: number | undefined;
  const noteSeen = (one: Connection) => {
    seen = one.token.expiresAt;
  };
  const work = () => {
    if (operation.kind === "renew") return renew(operation, stores, living);
    if (operation.kind === "end") return end(connection, "TOKEN_EXPIRED", stores, noteSeen);
    return revoke(connection, stores, noteSeen);
  };
  const outcome = await work().catch(() => "failed" as const);
  return { operation, outcome, seen };
}

function tokenOf({ minutes, isOld, grants = "all" }: RenewOperation, owner: number): TokenFacts {
  const issuedAt = isOld ? addSeconds(NOW, -MINUTE) : NOW;
  const facts = { expiresAt: addSeconds(NOW, minutes * MINUTE), issuedAt, tokenId: `t${owner}` as TokenId };
  return withGrants(tokenFacts(facts), grants);
}

async function renew(
  operation: RenewOperation,
  { renewals, revocations }: TableStores,
  { connection, owner, forgetsToCheck, defer }: Living,
): Promise<Lived["outcome"]> {
  const { id, identity, connectedAt } = connection;
  const { userId } = identity;
  const { grants = "all", seq } = operation;
  const token = tokenOf(operation, owner);
  const asked = { token, grants: grantsNamed(grants), seq: seq as Seq | undefined };
  const renewal = { connectionId: id, userId, connectedAt, ...asked };
  const outcome = await renewals.renew(renewal, NOW, async () => defer());
  if (outcome.kind === "stale") return "stale";
  if (outcome.kind !== "renewed") return "refused";
  const holder = { userId, token };
  const concerning = forgetsToCheck ? [] : await revocations.concerning(holder);
  if (!concerning.some((revocation) => isRevokedBy(holder, revocation))) return "renewed";
  await renewals.takeBack(renewal, outcome.previous);
  return "taken-back";
}

async function end(
  { id }: Connection,
  code: EndingCode,
  { endings, subscriptions }: TableStores,
  noteSeen: (connection: Connection) => void,
  isMeant: (connection: Connection) => boolean = () => true,
): Promise<Lived["outcome"]> {
  const [found] = await endings.inspect([id], NOW);
  if (found?.kind !== "open" || !isMeant(found.connection)) return "passed-over";
  noteSeen(found.connection);
  if (!(await endings.end(found.connection, code, NOW))) return "passed-over";
  await subscriptions.unsubscribeAll(id);
  return "ended";
}

async function revoke(
  connection: Connection,
  stores: TableStores,
  noteSeen: (connection: Connection) => void,
): Promise<Lived["outcome"]> {
  const { userId } = connection.identity;
  const revocation: Revocation = { kind: "user", userId, issuedBefore: LAST_OLD };
  await stores.revocations.add(revocation, addSeconds(NOW, 60 * MINUTE));
  return end(connection, "TOKEN_REVOKED", stores, noteSeen, ({ token }) => isRevokedBy({ userId, token }, revocation));
}

/** What the end of a connection must fulfil when nothing is in flight. `copies` are the ends in rows. */
export function* violationsIn(
  lives: readonly Lived[],
  requests: readonly Request[],
  record: Item | undefined,
  copies: readonly number[],
): Generator<string> {
  const kept = lives.filter(({ outcome }) => outcome === "renewed");
  for (const { operation, outcome, seen } of lives) {
    if (operation.kind === "renew" || outcome !== "ended") continue;
    const isUndone = kept.some((one) => endOf(one) > Number(seen));
    if (isUndone) yield "an end of a connection that was renewed";
  }
  for (const revoke of lives.filter(({ operation, outcome }) => operation.kind === "revoke" && outcome !== "failed")) {
    const late = kept.filter(({ operation, begun }) => isOld(operation) && begun > revoke.ended);
    if (late.length > 0) yield "a revoked token was accepted";
  }
  yield* answersIn(lives, requests);
  if (record?.["closedAt"] !== undefined) {
    const isExplained =
      requests.some(({ kind }) => kind === "close") || lives.some(({ outcome }) => outcome === "ended");
    if (!isExplained) yield "closed by nobody";
    return;
  }
  const isClosed = requests.some(({ kind, outcome }) => kind === "close" && outcome === "closed");
  if (isClosed) yield "a connection came back";
  yield* facts(record ?? {}, lives, kept);
  if (copies.some((copy) => copy > Number(record?.["expiresAt"]))) yield "a row that ends later than its connection";
}

function* answersIn(lives: readonly Lived[], requests: readonly Request[]): Generator<string> {
  for (const [answer, kind] of [
    ["token-expired", "end"],
    ["token-revoked", "revoke"],
  ] as const) {
    const isPossible = lives.some(
      ({ operation, outcome }) => operation.kind === kind && (outcome === "ended" || outcome === "failed"),
    );
    if (!isPossible && requests.some(({ outcome }) => outcome === answer)) yield `${answer} without its reason`;
  }
}

function* facts(record: Item, lives: readonly Lived[], kept: readonly Lived[]): Generator<string> {
  const expiresAt = Number(record["expiresAt"]) as EpochSeconds;
  if (record["tokenExpiresAt"] !== expiresAt || record["GSI1SK"] !== momentKey(expiresAt)) yield "ends that differ";
  if (record["endSlot"] !== slotKey(endSlot(expiresAt))) yield "a wrong slot";
  if (kept.some((one) => endOf(one) > expiresAt)) yield "a renewal was undone";
  const renewals = lives.filter(({ operation }) => operation.kind === "renew");
  const [only] = renewals;
  // Renewals that overlap may see one another; alone, a renewal counts or leaves the first end.
  if (renewals.length !== 1 || only === undefined) return;
  if (only.outcome === "refused") yield "a renewal was refused without a reason";
  if (only.outcome === "taken-back" && expiresAt !== FIRST_END) yield "a renewal was not taken back";
}

function endOf({ operation }: Lived): number {
  return operation.kind === "renew" ? NOW + operation.minutes * MINUTE : Number.NaN;
}

function isOld(operation: LifeOperation): boolean {
  return operation.kind === "renew" && operation.isOld;
}
