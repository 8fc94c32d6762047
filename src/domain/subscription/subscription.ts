import type { Brand } from "../brand.ts";
import type { ConnectionId, ConnectionLifetime } from "../connection/connection.ts";
import type { UserId } from "../identity/identity.ts";
import { isPlainText } from "../text.ts";

/**
 * A connection's subscription to an entity, with all that a fan-out asks of the connection: it reads nothing else. It never
 * outlives the connection.
 */
export type Subscription = {
  readonly entityId: EntityId;
  readonly connectionId: ConnectionId;
  readonly userId: UserId;
} & ConnectionLifetime;

/**
 * What clients subscribe to and publishers update: any non-blank text without control characters, byte for byte as it
 * was spelled. `*`, `__proto__` and `order/17` are names like any other.
 */
export type EntityId = Brand<string, "EntityId">;

/** In bytes of UTF-8. DynamoDB grants a partition key 2,048; the bound keeps rows small. */
const MAX_ENTITY_ID_BYTES = 256;

export function parseEntityId(value: unknown): EntityId | undefined {
  return isPlainText(value, MAX_ENTITY_ID_BYTES) ? (value as EntityId) : undefined;
}
