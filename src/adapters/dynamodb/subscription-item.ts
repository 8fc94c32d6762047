import { parseConnectionId } from "../../domain/connection/connection.ts";
import { endSlot } from "../../domain/connection/ending.ts";
import { parseUserId } from "../../domain/identity/identity.ts";
import { isPlainObject } from "../../domain/plain-object.ts";
import type { EntityId, Subscription } from "../../domain/subscription/subscription.ts";
import { type EpochSeconds, parseEpochMillis, parseEpochSeconds } from "../../domain/time.ts";
import { collectedFrom } from "./connection-item.ts";
import { slotKey, subscriptionKey } from "./table-keys.ts";

/**
 * The row of a subscription. `connectedAt` and `expiresAt`, its first end, are copies of the connection's record, for a
 * fan-out that does not read the record; a renewal does not change them. `part` is the connection's part that has the
 * entity's name, or will have it once the record is full. A grant's own end is the row's, and puts it into the index of
 * ends.
 */
export function toSubscriptionItem(subscription: Subscription, part: number): Record<string, unknown> {
  const { entityId, connectionId, userId, connectedAt, expiresAt, grantedUntil } = subscription;
  const ttl = collectedFrom(connectedAt);
  return {
    ...subscriptionKey(entityId, connectionId),
    ...{ userId, connectedAt, expiresAt, ttl, part },
    ...(grantedUntil !== undefined && { grantedUntil, endSlot: slotKey(endSlot(grantedUntil)) }),
  };
}

/**
 * The subscription in an item; undefined for an older or a newer schema. The entity is the partition that was queried.
 */
export function fromSubscriptionItem(item: unknown, entityId: EntityId): Subscription | undefined {
  if (partOf(item) === undefined || !isPlainObject(item)) return undefined;
  const connectionId = parseConnectionId(item["sk"]);
  const userId = parseUserId(item["userId"]);
  const connectedAt = parseEpochMillis(item["connectedAt"]);
  // A row of an older schema has its end under the other name.
  const expiresAt = parseEpochSeconds(item["expiresAt"] ?? item["ttl"]);
  if (!connectionId || !userId || !connectedAt || !expiresAt) return undefined;
  const grantedUntil = grantedUntilIn(item);
  // Fails closed: a grant whose end cannot be read may have ended.
  if (grantedUntil === undefined && item["grantedUntil"] !== undefined) return undefined;
  const bounded = grantedUntil === undefined ? {} : { grantedUntil };
  return { entityId, connectionId, userId, connectedAt, expiresAt, ...bounded };
}

/** The grant's own end in a subscription's item. */
export function grantedUntilIn(item: unknown): EpochSeconds | undefined {
  return isPlainObject(item) ? parseEpochSeconds(item["grantedUntil"]) : undefined;
}

/** The part that a subscription's item names. */
export function partOf(item: unknown): number | undefined {
  const part = isPlainObject(item) ? item["part"] : undefined;
  return Number.isSafeInteger(part) ? (part as number) : undefined;
}
