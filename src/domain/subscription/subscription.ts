import type { Brand } from "../brand.ts";
import type { ConnectionId, ConnectionLifetime } from "../connection/connection.ts";
import type { UserId } from "../identity/identity.ts";
import { isPlainText } from "../text.ts";
import type { EpochSeconds } from "../time.ts";

/**
 * A connection's subscription to an entity, with every fact about the connection that a fan-out needs, so that it reads
 * no other item. It never outlives the connection.
 */
export type Subscription = {
  readonly entityId: EntityId;
  readonly connectionId: ConnectionId;
  readonly userId: UserId;
  /** The end of the grant that allowed it, if it has one: nothing is delivered from then on. */
  readonly grantedUntil?: EpochSeconds | undefined;
} & ConnectionLifetime;

/**
 * The id of a thing that publishers update and clients subscribe to: any non-blank text without control characters,
 * byte for byte as the sender spelled it. `*`, `__proto__` and `order/17` are ordinary names.
 */
export type EntityId = Brand<string, "EntityId">;

/** In bytes of UTF-8. DynamoDB allows 2,048 in a partition key; a lower limit keeps rows small. */
export const MAX_ENTITY_ID_BYTES = 256;

export function parseEntityId(value: unknown): EntityId | undefined {
  return isPlainText(value, MAX_ENTITY_ID_BYTES) ? (value as EntityId) : undefined;
}
