import { expect, it } from "vitest";
import { parseGrants } from "../../../src/domain/identity/grants.ts";

it.each([[[]], [["subscribe:order-17", "subscribe:order-*"]], [["ü".repeat(2048)]]])("takes %j", (grants) => {
  expect(parseGrants(grants)).toEqual(grants);
});

it.each([
  ["no list", "subscribe:order-17"],
  ["undefined", undefined],
  ["a member that is not a text", ["subscribe:order-17", 17]],
  ["a blank member", [" "]],
  ["a control character", ["subscribe:\n"]],
  ["more than 4,096 bytes together", ["a".repeat(4000), "b".repeat(97)]],
])("refuses %s", (_title, value) => {
  expect(parseGrants(value)).toBeUndefined();
});
