import { describe, expect, it } from "vitest";
import { boundedPolicy } from "../../src/adapters/bounded-policy.ts";
import type { AccessPolicy } from "../../src/application/ports/access-policy.ts";
import type { Requester } from "../../src/domain/grants/access-decision.ts";
import type { EntityId } from "../../src/domain/subscription/subscription.ts";
import { aUserId } from "../support/a-connection.ts";

const REQUESTER: Requester = { userId: aUserId(), grants: [] };
const ENTITIES = ["order-17"] as unknown as readonly EntityId[];

describe("a bounded policy", () => {
  it("asks the policy, and answers what it decides", async () => {
    const asked: unknown[] = [];
    const decisions = [{ kind: "denied", rule: "TEST" }] as const;
    const policy: AccessPolicy = {
      async decide(...question) {
        asked.push(question);
        return decisions;
      },
    };
    expect(await boundedPolicy(policy).decide(REQUESTER, ENTITIES)).toBe(decisions);
    expect(asked).toEqual([[REQUESTER, ENTITIES]]);
  });

  it("attack:H2 gives a policy that hangs up when its time is over", async () => {
    const hanging: AccessPolicy = { decide: () => new Promise(() => undefined) };
    await expect(boundedPolicy(hanging, 20).decide(REQUESTER, ENTITIES)).rejects.toMatchObject({
      name: "TimeoutError",
    });
  });

  it("passes a fault on, also one that is thrown at once", async () => {
    const fault = new Error("down");
    const throwing: AccessPolicy = {
      decide() {
        throw fault;
      },
    };
    await expect(boundedPolicy(throwing).decide(REQUESTER, ENTITIES)).rejects.toBe(fault);
  });
});
