import { parseConnectionId } from "../../domain/connection/connection.ts";
import { parseUserId } from "../../domain/identity/identity.ts";
import { isPlainObject } from "../../domain/plain-object.ts";
import type { EntityId, Subscription } from "../../domain/subscription/subscription.ts";
import { parseEpochMillis, parseEpochSeconds } from "../../domain/time.ts";
import { subscriptionKey } from "./table-keys.ts";

/**
 * The row of a subscription. `connectedAt` and `ttl` are copies of the connection's record, for a fan-out that does not
 * read the record. A fan-out pays for every byte of every row, so the end is stored once, under the name that
 * DynamoDB's TTL process reads. `part` is the connection's part that has the entity's name, or will have it once the
 * record is full.
 */
export function toSubscriptionItem(subscription: Subscription, part: number): Record<string, unknown> {
  const { entityId, connectionId, userId, connectedAt, expiresAt } = subscription;
  return { ...subscriptionKey(entityId, connectionId), userId, connectedAt, ttl: expiresAt, part };
}

/**
 * The subscription in an item; undefined for an older or a newer schema. The entity is the partition that was queried.
 */
export function fromSubscriptionItem(item: unknown, entityId: EntityId): Subscription | undefined {
  if (partOf(item) === undefined || !isPlainObject(item)) return undefined;
  const connectionId = parseConnectionId(item["sk"]);
  const userId = parseUserId(item["userId"]);
  const connectedAt = parseEpochMillis(item["connectedAt"]);
  const expiresAt = parseEpochSeconds(item["ttl"]);
  if (!connectionId || !userId || !connectedAt || !expiresAt) return undefined;
  return { entityId, connectionId, userId, connectedAt, expiresAt };
}

/** The part that a subscription's item names. */
export function partOf(item: unknown): number | undefined {
  const part = isPlainObject(item) ? item["part"] : undefined;
  return Number.isSafeInteger(part) ? (part as number) : undefined;
}
