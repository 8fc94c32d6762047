import { describe, expect, it } from "vitest";
import { DependencyUnavailableError } from "../../../src/application/errors.ts";
import type { AccessPolicy } from "../../../src/application/ports/access-policy.ts";
import { decideSafely } from "../../../src/application/subscriptions/decide-safely.ts";
import type { Requester } from "../../../src/domain/grants/access-decision.ts";
import { addSeconds } from "../../../src/domain/time.ts";
import { aUserId, NOW } from "../../support/a-connection.ts";
import { anEntityId } from "../../support/a-subscription.ts";

const REQUESTER: Requester = { userId: aUserId(), grants: [] };
const ENTITIES = [anEntityId(), anEntityId()];
const ALLOWED = { kind: "allowed", rule: "TEST" };
const DENIED = { kind: "denied", rule: "TEST", closest: "subscribe:order-*" };

/** The policy of a deployer whose code the compiler did not check. */
function answering(answer: unknown): AccessPolicy {
  return { decide: async () => answer as never };
}

describe("asking a policy safely", () => {
  it("answers its decisions, for each entity in its order", async () => {
    const decisions = [{ ...ALLOWED, until: addSeconds(NOW, 1) }, DENIED];
    expect(await decideSafely(answering(decisions), REQUESTER, ENTITIES, NOW)).toEqual(decisions);
  });

  it("attack:H4 denies what is allowed until now, or until before: it would be acknowledged and never heard", async () => {
    const decisions = [0, -60].map((seconds) => ({ ...ALLOWED, until: addSeconds(NOW, seconds) }));
    const ended = { kind: "denied", rule: "GRANT_ENDED" };
    expect(await decideSafely(answering(decisions), REQUESTER, ENTITIES, NOW)).toEqual([ended, ended]);
  });

  it("asks about nothing without an entity", async () => {
    expect(await decideSafely(answering("rubbish"), REQUESTER, [], NOW)).toEqual([]);
  });

  it.each<[string, unknown]>([
    ["nothing", undefined],
    ["null", null],
    ["true", true],
    ["a text", "allowed"],
    ["one decision for all", ALLOWED],
    ["no decision", []],
    ["one decision too few", [ALLOWED]],
    ["one decision too many", [ALLOWED, ALLOWED, ALLOWED]],
    ["the length of a list, and no list", { length: 2, 0: ALLOWED, 1: ALLOWED }],
  ])("attack:H2 takes %s for a fault about all entities", async (_what, answer) => {
    const asking = decideSafely(answering(answer), REQUESTER, ENTITIES, NOW);
    await expect(asking).rejects.toMatchObject({ name: "DependencyUnavailableError", dependency: "ACCESS_POLICY" });
  });

  it.each<[string, unknown]>([
    ["undefined", undefined],
    ["null", null],
    ["true", true],
    ["a number", 1],
    ["a text", "allowed"],
    ["an empty object", {}],
    ["a kind that is spelled otherwise", { kind: "Allowed", rule: "TEST" }],
    ["a kind in a list", { kind: ["allowed"], rule: "TEST" }],
    ["an undecided verdict", { kind: "undecided", rule: "TABLE_NEEDED" }],
    ["a permission until a text", { ...ALLOWED, until: "tomorrow" }],
    ["a permission until no number", { ...ALLOWED, until: Number.NaN }],
    ["a permission until infinity", { ...ALLOWED, until: Number.POSITIVE_INFINITY }],
    ["a permission until null", { ...ALLOWED, until: null }],
  ])("attack:H2 takes %s for a fault about one entity", async (_what, decision) => {
    expect(await decideSafely(answering([decision, ALLOWED]), REQUESTER, ENTITIES, NOW)).toEqual([undefined, ALLOWED]);
  });

  it.each<[string, AccessPolicy]>([
    ["rejects", { decide: () => Promise.reject(new TypeError("no")) }],
    [
      "throws at once",
      {
        decide() {
          throw new TypeError("no");
        },
      },
    ],
  ])("attack:H2 takes a policy that %s for unavailable, and keeps the cause for the log", async (_how, policy) => {
    const asking = decideSafely(policy, REQUESTER, ENTITIES, NOW);
    await expect(asking).rejects.toMatchObject({ dependency: "ACCESS_POLICY", cause: { name: "TypeError" } });
  });

  it("passes on which dependency of the policy is unavailable", async () => {
    const fault = new DependencyUnavailableError("ACCESS_LIST");
    await expect(decideSafely({ decide: () => Promise.reject(fault) }, REQUESTER, ENTITIES, NOW)).rejects.toBe(fault);
  });
});
