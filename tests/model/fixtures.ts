import type { ConnectionId } from "../../src/domain/connection/connection.ts";
import type { UserId } from "../../src/domain/identity/identity.ts";
import type { EntityId } from "../../src/domain/subscription/subscription.ts";
import { connectionId, entityUpdate, userPush } from "../support/notifications.ts";

/** Two of the users differ only in the case of their names; one has more connections than a page holds. */
const [ann, otherAnn, bob] = ["ann", "Ann", "bob"].map((userId) => userPush({ userId }).userId) as [
  UserId,
  UserId,
  UserId,
];

export const USERS: readonly UserId[] = [ann, otherAnn, bob];

/** One entity has a user's name. */
export const ENTITIES: readonly EntityId[] = ["order-1", "order-2", "ann"].map(
  (entityId) => entityUpdate({ entityId }).entityId,
);

/** How many entities one connection may subscribe to. */
export const LIMIT = 2;

type ConnectionFixture = { readonly id: ConnectionId; readonly userId: UserId; readonly tokenSeconds: number };

export const CONNECTIONS: readonly ConnectionFixture[] = [
  { id: connectionId("c0"), userId: ann, tokenSeconds: 10_000 },
  { id: connectionId("c1"), userId: ann, tokenSeconds: 3600 },
  { id: connectionId("c2"), userId: otherAnn, tokenSeconds: 60 },
  { id: connectionId("c3"), userId: ann, tokenSeconds: 10_000 },
  { id: connectionId("c4"), userId: bob, tokenSeconds: 10_000 },
];
