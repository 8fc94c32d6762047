import type { ListedConnection } from "../../application/ports/connection-store.ts";
import { type Connection, closesAt, parseConnectionId } from "../../domain/connection/connection.ts";
import { parseSeq, type Seq } from "../../domain/connection/seq.ts";
import { type Identity, parseIdentity } from "../../domain/identity/identity.ts";
import { isPlainObject } from "../../domain/plain-object.ts";
import { type EntityId, parseEntityId } from "../../domain/subscription/subscription.ts";
import { utf8Length } from "../../domain/text.ts";
import {
  addSeconds,
  type EpochMillis,
  type EpochSeconds,
  parseEpochMillis,
  parseEpochSeconds,
  toEpochSeconds,
} from "../../domain/time.ts";
import { MAX_TOKEN_ID_BYTES } from "../../domain/token/token-facts.ts";
import { noSubscriptions, type SubscribedEntities } from "./subscribed-entities.ts";
import { connectionKey } from "./table-keys.ts";
import { fromTokenAttributes, toTokenAttributes } from "./token-attributes.ts";

/**
 * The item of a connection. `expiresAt` owns the end of the connection. The sort key of the users' index and `endSlot`,
 * the partition key of the index of ends, are its copies. The user id is the partition key of the users' index.
 */
export function toConnectionItem({
  id,
  identity,
  userAgent,
  token,
  expiresAt,
  ...facts
}: Connection): Record<string, unknown> {
  return {
    ...connectionKey(id),
    GSI1PK: identity.userId,
    ...displayed(identity, userAgent),
    ...facts,
    ...toTokenAttributes(token, expiresAt),
    firstEnd: expiresAt,
    ttl: collectedFrom(facts.connectedAt),
    ...toSubscribedEntitiesAttributes(noSubscriptions(facts.connectedAt)),
  };
}

/**
 * The earliest end that a connection had or can have again. The rows of its subscriptions copy this one: a renewal that
 * is taken back would leave a later copy behind, and pushes would go on after the end.
 */
export function firstEndIn(item: unknown, { connectedAt }: Connection): EpochSeconds {
  const firstEnd = isPlainObject(item) ? parseEpochSeconds(item["firstEnd"]) : undefined;
  // A record of an older schema has none, so each push looks its rows up.
  return firstEnd ?? toEpochSeconds(connectedAt);
}

/** After its end a record is kept for an hour, so that the end can still be carried out. */
const KEPT_SECONDS = 3600;

/**
 * The moment from which DynamoDB's TTL process may remove a record and all that belongs to it. It is later than every
 * end that a renewal can give. The process may be days late, so no read relies on it.
 */
export function collectedFrom(connectedAt: EpochMillis): EpochSeconds {
  return addSeconds(closesAt(connectedAt), KEPT_SECONDS);
}

/**
 * The limit for the user id and all display texts together. It leaves space in the record's kilobyte for the longest id
 * of a token and the longest list of parts.
 */
const TEXT_BYTES = 240;

function displayed({ userId, ...names }: Identity, userAgent = ""): Record<string, string> {
  const kept: Record<string, string> = {};
  let left = TEXT_BYTES - utf8Length(userId);
  for (const [name, value] of Object.entries(names)) {
    if (utf8Length(value) > left) continue;
    kept[name] = value;
    left -= utf8Length(value);
  }
  const shortened = beginningOf(userAgent, left);
  return shortened.trim() === "" ? kept : { ...kept, userAgent: shortened };
}

function beginningOf(text: string, maxBytes: number): string {
  let beginning = "";
  for (const character of text) {
    if (utf8Length(beginning + character) > maxBytes) break;
    beginning += character;
  }
  return beginning;
}

/** The connection in a record. Undefined for every other item: a tombstone, another kind, an older or a newer schema. */
export function fromConnectionItem(item: unknown): Connection | undefined {
  const connection = fromIndexedItem(item);
  return connection && { ...connection, token: fromTokenAttributes(item, connection.expiresAt) };
}

/** The connection in an item of the users' index, which has no facts of the token. */
export function fromIndexedItem(item: unknown): ListedConnection | undefined {
  if (!isPlainObject(item) || item["sk"] !== "connection") return undefined;
  const id = parseConnectionId(item["pk"]);
  const identity = parseIdentity({ ...item, userId: item["GSI1PK"] });
  const connectedAt = parseEpochMillis(item["connectedAt"]);
  const expiresAt = parseEpochSeconds(item["expiresAt"]);
  const { sourceIp, userAgent } = item;
  if (!id || !identity || !connectedAt || !expiresAt || typeof sourceIp !== "string") return undefined;
  return { id, identity, sourceIp, ...(typeof userAgent === "string" && { userAgent }), connectedAt, expiresAt };
}

/** The entities that the connection is subscribed to; undefined for an item of another schema. */
export function subscribedEntitiesFromItem(item: unknown): SubscribedEntities | undefined {
  if (!isPlainObject(item)) return undefined;
  const { revision, turn, count, part, levels, bounded } = item;
  const numbers = [revision, turn, count, part];
  if (!numbers.every(Number.isSafeInteger) || typeof levels !== "string") return undefined;
  return {
    ...({ revision, turn, count, part } as SubscribedEntities),
    ...{ levels, names: new Set(namesFromItem(item)) },
    ...(bounded === true && { bounded }),
  };
}

/** The names in a record, a tombstone or a part. DynamoDB has no empty set, so an absent set is empty. */
export function namesFromItem(item: unknown): readonly EntityId[] {
  const names = isPlainObject(item) ? item["names"] : undefined;
  return names instanceof Set ? [...names].flatMap((name) => parseEntityId(name) ?? []) : [];
}

/** The greatest `seq` of a request that had an effect. */
export function seqIn(item: unknown): Seq | undefined {
  return isPlainObject(item) ? parseSeq(item["seq"]) : undefined;
}

/** All attributes but the names, because DynamoDB has no empty set. */
export function toSubscribedEntitiesAttributes({
  names: _,
  ...subscribed
}: SubscribedEntities): Omit<SubscribedEntities, "names"> {
  return subscribed;
}

/** A kilobyte, less the space for numbers that grow. */
const RECORD_BYTES = 1000;

/** The longest facts that requests can add: space for them is never given to names. */
const LONGEST_FACTS = {
  ...{ issuedAt: 2 ** 33, renewals: 99_999, tokenId: "x".repeat(MAX_TOKEN_ID_BYTES) },
  ...{ grants: "x".repeat(16), seq: Number.MAX_SAFE_INTEGER, bounded: true },
};

/** The space for names in a record, in bytes. */
export function freeBytesIn(record: Readonly<Record<string, unknown>>): number {
  return RECORD_BYTES - itemBytes({ ...record, ...LONGEST_FACTS });
}

/** The size of an item of texts, numbers and sets of texts, as DynamoDB counts it or a few bytes more. */
export function itemBytes(item: Readonly<Record<string, unknown>>): number {
  return Object.entries(item).reduce((sum, [name, value]) => sum + utf8Length(name) + valueBytes(value), 0);
}

function valueBytes(value: unknown): number {
  if (value instanceof Set) return [...value].reduce((sum, one) => sum + valueBytes(one) + 1, 3);
  const text = String(value);
  return typeof value === "number" ? Math.ceil(text.length / 2) + 2 : utf8Length(text);
}
