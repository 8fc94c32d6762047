import type { ConnectionId } from "../../src/domain/connection/connection.ts";
import { type EntityPattern, parseEntityPattern } from "../../src/domain/grants/grant.ts";
import type { UserId } from "../../src/domain/identity/identity.ts";
import type { EntityId } from "../../src/domain/subscription/subscription.ts";
import type { IssuerPolicy } from "../../src/domain/token/issuer-policy.ts";
import { POLICY } from "../support/good-token.ts";
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

/** Two issuers that mean the same people. The first one rotates its key. */
export const ISSUERS: readonly IssuerPolicy[] = [POLICY, { ...POLICY, issuer: "https://other.example" }];

/** What tokens grant. */
export const CLAIMS: readonly (readonly string[])[] = [
  ["subscribe:*"],
  ["subscribe:order-*"],
  ["subscribe:order-1", "subscribe:ann"],
  [],
];

/** What administrators grant and withdraw. */
export const PATTERNS: readonly EntityPattern[] = ["*", "order-*", "order-1", "ann"].map(
  (pattern) => parseEntityPattern(pattern) as EntityPattern,
);

/** How many entities one connection may subscribe to. */
export const LIMIT = 2;

export type ConnectionFixture = {
  readonly id: ConnectionId;
  readonly userId: UserId;
  readonly issuer: number;
  readonly tokenSeconds: number;
};

/** The last two belong to plans of tokens only. */
export const CONNECTIONS: readonly ConnectionFixture[] = [
  { id: connectionId("c0"), userId: ann, issuer: 0, tokenSeconds: 10_000 },
  { id: connectionId("c1"), userId: ann, issuer: 0, tokenSeconds: 3600 },
  { id: connectionId("c2"), userId: otherAnn, issuer: 0, tokenSeconds: 60 },
  { id: connectionId("c3"), userId: ann, issuer: 1, tokenSeconds: 10_000 },
  { id: connectionId("c4"), userId: bob, issuer: 0, tokenSeconds: 10_000 },
  { id: connectionId("c5"), userId: ann, issuer: 0, tokenSeconds: 60 },
  { id: connectionId("c6"), userId: bob, issuer: 0, tokenSeconds: 600 },
];

/** So many connections meet pushes in every kind of plan; the first three of them are there at the beginning. */
export const PUSHED_CONNECTIONS = 5;
export const FIRST_CONNECTIONS = 3;

/** The element of a fixture's list. */
export function at<T>(cast: readonly T[], index: number): T {
  const found = cast[index];
  if (found === undefined) throw new RangeError("no fixture has this index");
  return found;
}
