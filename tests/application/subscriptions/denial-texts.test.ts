import { expect, it } from "vitest";
import { denialTexts } from "../../../src/application/subscriptions/denial-texts.ts";
import { type EntityId, parseEntityId } from "../../../src/domain/subscription/subscription.ts";
import { goodToken } from "../../support/good-token.ts";

function named(name: string): EntityId {
  const entityId = parseEntityId(name);
  if (entityId === undefined) throw new Error(`not an entity: ${name}`);
  return entityId;
}

it("a denial says the rule, the request, and the grant that came closest", () => {
  const denials = [
    { entityId: named("order-17"), rule: "NOT_GRANTED", closest: "subscribe:order-1" },
    { entityId: named("*"), rule: "GRANT_WITHDRAWN" },
  ];
  expect(denialTexts(denials)).toEqual([
    "NOT_GRANTED subscribe:order-17 closest subscribe:order-1",
    "GRANT_WITHDRAWN subscribe:*",
  ]);
});

it.each([
  ["a token as an entity's name", (token: string) => token.slice(0, 250)],
  ["a token behind other text", (token: string) => `user ${token}`.slice(0, 250)],
  ["header and payload of a token", (token: string) => token.split(".", 2).join(".").slice(0, 250)],
  ["a header with the dot that follows", (token: string) => `${token.split(".")[0]}.e30.`],
])("%s does not reach the log", (_what, name) => {
  const token = goodToken(1_700_000_000);
  const [text = ""] = denialTexts([
    { entityId: named(name(token)), rule: "NOT_GRANTED", closest: `subscribe:${token}` },
  ]);
  for (const part of token.split(".")) expect(text).not.toContain(part.slice(0, 40));
  expect(text).toContain("[token]");
});
