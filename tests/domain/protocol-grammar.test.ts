import { isEntityId, USER_ID } from "@portcullis/protocol";
import fc from "fast-check";
import { describe, it } from "vitest";
import { parseUserId } from "../../src/domain/identity/identity.ts";
import { parseEntityId } from "../../src/domain/subscription/subscription.ts";

/** The domain imports no package, so it repeats the contract's grammar of ids: this test keeps the two equal. */
const TEXTS = [
  fc.string({ unit: "binary", maxLength: 300 }),
  fc.string({ unit: fc.constantFrom("a", "|", "#", "é", "\u{1f600}", "\n", "\ud800", "\u0085"), maxLength: 130 }),
  // At the limits: 128 characters and 256 bytes.
  fc.tuple(fc.constantFrom("a", "é"), fc.constantFrom(64, 127, 128, 129, 256, 257)).map(([c, n]) => c.repeat(n)),
];

describe("the domain and the contract agree on", () => {
  it.each<[string, (text: string) => unknown, (text: string) => boolean]>([
    ["an entity id", parseEntityId, isEntityId],
    ["a user id", parseUserId, (text) => USER_ID.test(text)],
  ])("%s", (_what, parse, accepts) => {
    fc.assert(
      fc.property(fc.oneof(...TEXTS), (text) => (parse(text) !== undefined) === accepts(text)),
      {
        numRuns: 1000,
      },
    );
  });
});
