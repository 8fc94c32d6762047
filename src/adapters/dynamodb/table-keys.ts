import type { ConnectionId } from "../../domain/connection/connection.ts";
import type { EndSlot } from "../../domain/connection/ending.ts";
import { type Grant, grantText } from "../../domain/grants/grant.ts";
import type { UserId } from "../../domain/identity/identity.ts";
import type { EntityId } from "../../domain/subscription/subscription.ts";
import { type EpochSeconds, wholeSeconds } from "../../domain/time.ts";
import type { IssuerId, TokenId } from "../../domain/token/token-facts.ts";

export type ItemKey = { readonly pk: string; readonly sk: string };

/**
 * The key of a connection's record. Neither a connection id nor a user id can contain `#`, so no key of another kind,
 * `KIND#…`, equals one of theirs.
 */
export function connectionKey(id: ConnectionId): ItemKey {
  return { pk: id, sk: "connection" };
}

/** The key of the queue of changes to a connection's subscriptions. One query reads it with the record. */
export function queueKey(id: ConnectionId): ItemKey {
  return { pk: id, sk: "connection#queue" };
}

/** The key of the grants of a connection's token. The same query reads them. */
export function grantsKey(id: ConnectionId): ItemKey {
  return { pk: id, sk: "connection#grants" };
}

/** The key of the note about subscriptions that a review ended, and of which the client was not told yet. */
export function untoldKey(id: ConnectionId): ItemKey {
  return { pk: id, sk: "untold" };
}

/** The key of a part, which holds some of the names of the entities that a connection is subscribed to. */
export function partKey(id: ConnectionId, part: number): ItemKey {
  return { pk: id, sk: `part#${part}` };
}

/** The number of the part under a sort key; undefined for every other item. */
export function partNumber(sk: unknown): number | undefined {
  return typeof sk === "string" && sk.startsWith("part#") ? Number(sk.slice("part#".length)) : undefined;
}

/**
 * The partition of an entity's subscribers. It is in the table and not in its index: only the table has strongly
 * consistent reads.
 */
export function entityPartition(entityId: EntityId): string {
  return `ENTITY#${entityId}`;
}

export function subscriptionKey(entityId: EntityId, connectionId: ConnectionId): ItemKey {
  return { pk: entityPartition(entityId), sk: connectionId };
}

/** Ten digits reach the year 2286, and the domain parses only times before 2242. So the texts sort like the times. */
const MOMENT_DIGITS = 10;

/** Sorts after every moment, and before the letters at the beginning of an older schema's sort keys. */
export const LAST_MOMENT = "9".repeat(MOMENT_DIGITS);

export function momentKey(moment: EpochSeconds): string {
  return String(wholeSeconds(moment)).padStart(MOMENT_DIGITS, "0");
}

/** The partition of a slot in the index of ends. */
export function slotKey(slot: EndSlot): string {
  return momentKey(slot);
}

/** The index of connections by their ends. Its name is no setting: nothing else has an index of this name. */
export const ENDS_INDEX = "EndsIndex";

/** The partition of what administrators granted a user and withdrew. A user id contains no `#`. */
export function accessPartition(userId: UserId): string {
  return `ACCESS#${userId}`;
}

export function accessKey(userId: UserId, grant: Grant): ItemKey {
  return { pk: accessPartition(userId), sk: grantText(grant) };
}

/** A list has one item under each key. */
const REVOCATION = "revocation";

/** The keys of revocations. A user id contains no `#`, so a token's id follows the first one behind it. */
export function userRevocationKey(userId: UserId): ItemKey {
  return { pk: `REVOKED#USER#${userId}`, sk: REVOCATION };
}

export function tokenRevocationKey(userId: UserId, tokenId: TokenId): ItemKey {
  return { pk: `REVOKED#TOKEN#${userId}#${tokenId}`, sk: REVOCATION };
}

export function issuerRevocationKey(issuer: IssuerId): ItemKey {
  return { pk: `REVOKED#ISSUER#${issuer}`, sk: REVOCATION };
}
