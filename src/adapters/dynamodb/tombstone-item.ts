import type { Absence } from "../../application/ports/connection-store.ts";
import { CLOSED_ID_SECONDS, type Connection } from "../../domain/connection/connection.ts";
import { ENDING_CODES, type EndingCode } from "../../domain/connection/ending.ts";
import type { UserId } from "../../domain/identity/identity.ts";
import { isPlainObject } from "../../domain/plain-object.ts";
import { addSeconds, type EpochSeconds, parseEpochSeconds } from "../../domain/time.ts";
import { absenceAfter } from "../absence.ts";

/**
 * Every attribute that identifies the user, finds the user's connection, or marks it as open. A tombstone has none of
 * them. It keeps the names and their count, so that an interrupted removal of subscriptions can be repeated, and
 * `endSlot`, because its removal would cost one more write unit.
 */
export const OPEN_ATTRIBUTES: readonly string[] = [
  "GSI1PK",
  "GSI1SK",
  "firstName",
  "lastName",
  "sub",
  "sourceIp",
  "userAgent",
  "connectedAt",
  "expiresAt",
  "firstEnd",
  "issuer",
  "issuedAt",
  "tokenId",
  "grants",
  "seq",
  "renewals",
  "revision",
  "turn",
  "part",
  "levels",
  "bounded",
];

/** What `end` leaves while the socket may still be open: whose requests it answers by which code, and its own mark. */
const ENDED_ATTRIBUTES: readonly string[] = ["endedAs", "endedUserId", "tokenExpiresAt"];

/** Some names are reserved words of DynamoDB's expressions, so every name has a placeholder. */
const placeholders = (names: readonly string[]) => names.map((name) => `#${name}`).join(", ");
const namesOf = (names: readonly string[]) => Object.fromEntries(names.map((name) => [`#${name}`, name]));

const CLOSED = [...OPEN_ATTRIBUTES, ...ENDED_ATTRIBUTES];
const CLOSE = {
  UpdateExpression: `SET closedAt = :now, #ttl = :ttl REMOVE ${placeholders(CLOSED)}`,
  ExpressionAttributeNames: namesOf(["ttl", ...CLOSED]),
};

/** The update that turns a record into a tombstone, or marks an id as closed that has no record. */
export function markClosed(now: EpochSeconds) {
  return { ...CLOSE, ExpressionAttributeValues: { ":now": now, ":ttl": addSeconds(now, CLOSED_ID_SECONDS) } };
}

const ENDED = ENDED_ATTRIBUTES.map((name) => `#${name} = :${name}`).join(", ");
const END = {
  UpdateExpression: `SET closedAt = :now, #ttl = :ttl, ${ENDED} REMOVE ${placeholders(OPEN_ATTRIBUTES)}`,
  ExpressionAttributeNames: namesOf(["ttl", ...OPEN_ATTRIBUTES, ...ENDED_ATTRIBUTES]),
};

/** The update that ends a connection by a code. */
export function markEnded({ identity, token }: Connection, code: EndingCode, now: EpochSeconds) {
  return {
    ...END,
    ExpressionAttributeValues: {
      ":now": now,
      ":ttl": addSeconds(now, CLOSED_ID_SECONDS),
      ":endedAs": code,
      ":endedUserId": identity.userId,
      ":tokenExpiresAt": token.expiresAt,
    },
  };
}

export type Tombstone = {
  readonly closedAt: EpochSeconds;
  /** Absent if the socket is closed. */
  readonly ended?: { readonly code: EndingCode; readonly userId: unknown; readonly tokenExpiresAt: unknown };
};

/** The tombstone in an item; undefined for every other item. */
export function fromTombstone(item: unknown): Tombstone | undefined {
  if (!isPlainObject(item)) return undefined;
  const closedAt = parseEpochSeconds(item["closedAt"]);
  if (closedAt === undefined) return undefined;
  const { endedAs, endedUserId: userId, tokenExpiresAt } = item;
  const code = ENDING_CODES.find((one) => one === endedAs);
  return { closedAt, ...(code !== undefined && { ended: { code, userId, tokenExpiresAt } }) };
}

/** Why a closed connection takes no request of a user. */
export function absenceIn(item: unknown, user: UserId): Absence {
  const { ended } = fromTombstone(item) ?? {};
  return ended?.userId === user ? absenceAfter(ended.code) : "not-connected";
}
