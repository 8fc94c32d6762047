import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  accessKey,
  connectionKey,
  grantsKey,
  issuerRevocationKey,
  partKey,
  queueKey,
  subscriptionKey,
  tokenRevocationKey,
  untoldKey,
  userRevocationKey,
} from "../../../src/adapters/dynamodb/table-keys.ts";
import { issuerId } from "../../../src/adapters/issuer-id.ts";
import { type ConnectionId, parseConnectionId } from "../../../src/domain/connection/connection.ts";
import { parseEntityPattern } from "../../../src/domain/grants/grant.ts";
import { parseUserId } from "../../../src/domain/identity/identity.ts";
import { type EntityId, parseEntityId } from "../../../src/domain/subscription/subscription.ts";
import { parseTokenId } from "../../../src/domain/token/token-facts.ts";

/** Texts that look like keys, parts of keys and ids. They are so few that equal ones come up. */
const text = fc.oneof(
  fc.string({ unit: fc.constantFrom("a", "b", "#", "|", ":", "=", "E", " "), maxLength: 4 }),
  fc.constantFrom(
    "REVOKED#USER#a",
    "a#b",
    "connection",
    "ENTITY",
    "ENTITY#",
    "ENTITY#a",
    "USER#a",
    "CONNECTION#a",
    "ACCESS#a",
    "subscribe:a",
    "a*",
    "__proto__",
    "\ud83d\ude00",
  ),
);

type Place = { readonly kind: string; readonly ids: readonly string[]; readonly key: string };

/** Every key that the texts lead to; a text that is not an id leads to none. */
function placesOf(one: string, other: string): readonly Place[] {
  const connectionId = parseConnectionId(one);
  const entityId = parseEntityId(other);
  const pattern = parseEntityPattern(other);
  const [userId, tokenId] = [parseUserId(one), parseTokenId(other)];
  const issuer = issuerId(one);
  const keyOf = (key: object) => JSON.stringify(key);
  return [
    ...(connectionId ? [{ kind: "connection", ids: [one], key: keyOf(connectionKey(connectionId)) }] : []),
    ...(connectionId
      ? [
          { kind: "queue", ids: [one], key: keyOf(queueKey(connectionId)) },
          { kind: "grants", ids: [one], key: keyOf(grantsKey(connectionId)) },
          { kind: "untold", ids: [one], key: keyOf(untoldKey(connectionId)) },
          { kind: "part", ids: [one, "1"], key: keyOf(partKey(connectionId, 1)) },
          { kind: "part", ids: [one, "11"], key: keyOf(partKey(connectionId, 11)) },
        ]
      : []),
    ...(userId && pattern
      ? [{ kind: "access", ids: [one, other], key: keyOf(accessKey(userId, { verb: "subscribe", pattern })) }]
      : []),
    ...(connectionId && entityId
      ? [{ kind: "subscription", ids: [one, other], key: keyOf(subscriptionKey(entityId, connectionId)) }]
      : []),
    ...(userId ? [{ kind: "revoked user", ids: [one], key: keyOf(userRevocationKey(userId)) }] : []),
    ...(userId && tokenId
      ? [{ kind: "revoked token", ids: [one, other], key: keyOf(tokenRevocationKey(userId, tokenId)) }]
      : []),
    { kind: "revoked issuer", ids: [one], key: keyOf(issuerRevocationKey(issuer)) },
  ];
}

describe("keys", () => {
  it("inv:7 attack:E3 attack:E4 attack:E5 belong to one kind and one id, whatever the ids hold", () => {
    fc.assert(
      fc.property(text, text, text, text, (a, b, c, d) => {
        for (const one of placesOf(a, b)) {
          for (const other of placesOf(c, d)) {
            const same = one.kind === other.kind && JSON.stringify(one.ids) === JSON.stringify(other.ids);
            expect(one.key === other.key).toBe(same);
          }
        }
      }),
      { numRuns: 2000 },
    );
  });

  it("inv:7 attack:E5 attack:E8 a partition of the table belongs to one kind of thing", () => {
    fc.assert(
      fc.property(text, text, (one, other) => {
        const entityId = parseEntityId(one) ?? ("a" as EntityId);
        const connectionId = parseConnectionId(other) ?? ("a" as ConnectionId);
        expect(subscriptionKey(entityId, connectionId).pk).not.toBe(connectionKey(connectionId).pk);
        expect(parseConnectionId(subscriptionKey(entityId, connectionId).pk)).toBeUndefined();
      }),
      { numRuns: 2000 },
    );
  });

  it.each(["ENTITY#a", "USER#a", "CONNECTION#a", "#"])(
    "attack:E4 the index's partition %s belongs to no user",
    (partition) => {
      expect(parseUserId(partition)).toBeUndefined();
    },
  );
});
