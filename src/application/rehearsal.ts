import type { Connection, ConnectionId } from "../domain/connection/connection.ts";
import type { AccessDecision } from "../domain/grants/access-decision.ts";
import type { UserId } from "../domain/identity/identity.ts";
import type { EntityId, Subscription } from "../domain/subscription/subscription.ts";
import { addSeconds, type EpochMillis, type EpochSeconds, toEpochSeconds } from "../domain/time.ts";
import type { IssuerId } from "../domain/token/token-facts.ts";
import type { ConnectionStore } from "./ports/connection-store.ts";
import type { SubscriptionRequest, SubscriptionStore } from "./ports/subscription-store.ts";

/** A made-up connection with its subscription. It is live at `now`. */
export type RehearsedConnection = {
  readonly connection: Connection;
  readonly subscription: Subscription;
  readonly now: EpochSeconds;
};

/**
 * Stores for a rehearsal: a function calls them before its first event, once, as that event will call the real ones.
 * They run the same code, but read and write nothing. They know the made-up connection and no other.
 */
export type Rehearsal = RehearsedConnection & {
  readonly connections: ConnectionStore;
  readonly subscriptions: SubscriptionStore;
};

/** API Gateway's connection ids are longer, so no real connection has this one. */
const IDS = {
  connectionId: "rehearsal" as ConnectionId,
  userId: "rehearsal" as UserId,
  entityId: "rehearsal" as EntityId,
};

export function rehearsedConnection(connectedAt: EpochMillis): RehearsedConnection {
  const now = toEpochSeconds(connectedAt);
  const expiresAt = addSeconds(now, 60);
  const lifetime = { connectedAt, expiresAt };
  const token = { issuer: "rehearsal0000000" as IssuerId, expiresAt };
  return {
    connection: { id: IDS.connectionId, identity: { userId: IDS.userId }, sourceIp: "127.0.0.1", token, ...lifetime },
    subscription: { ...IDS, ...lifetime },
    now,
  };
}

/** The request for a rehearsed subscription. */
export function rehearsedRequest({ connectionId, userId, entityId }: Subscription): SubscriptionRequest {
  return { connectionId, userId, entityIds: [entityId] };
}

/** A rehearsal asks no policy: a deployer's own might be slow. */
export const REHEARSED_RULES = {
  limit: 1,
  decide: async (): Promise<readonly AccessDecision[]> => [{ kind: "allowed", rule: "REHEARSAL" }],
};
