import { randomUUID } from "node:crypto";
import type { Connection } from "../../src/domain/connection/connection.ts";
import { type EntityId, parseEntityId, type Subscription } from "../../src/domain/subscription/subscription.ts";

/** An entity without subscribers. */
export function anEntityId(): EntityId {
  return parseEntityId(`order-${randomUUID()}`) as EntityId;
}

export function aSubscription(connection: Connection, entityId: EntityId = anEntityId()): Subscription {
  const { id, identity, connectedAt, expiresAt } = connection;
  return { entityId, connectionId: id, userId: identity.userId, connectedAt, expiresAt };
}

/** The names of a subscription's connection, entity and user. */
export type SubscriptionReference = Pick<Subscription, "connectionId" | "entityId" | "userId">;
