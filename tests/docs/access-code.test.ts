import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { MemoryConnectionStore } from "../../src/adapters/in-memory/memory-connection-store.ts";
import { MemorySubscriptionStore } from "../../src/adapters/in-memory/memory-subscription-store.ts";
import type { AccessPolicy } from "../../src/application/ports/access-policy.ts";
import { makeSubscribe } from "../../src/application/subscriptions/subscribe.ts";
import type { UserId } from "../../src/domain/identity/identity.ts";
import type { EntityId } from "../../src/domain/subscription/subscription.ts";
import { FixedClock } from "../fakes/fixed-clock.ts";
import { aConnection, NOW } from "../support/a-connection.ts";

/** A table of projects by user, as a deployer would have one. */
type Memberships = { readonly projectsOf: (userId: UserId) => Promise<ReadonlySet<string>> };

type PolicyClass = new (memberships: Memberships) => AccessPolicy;

const folder = mkdtempSync(join(tmpdir(), "portcullis-access-"));

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The policy of the page. Its types are erased, so that it needs no import. */
async function policyOfThePage(): Promise<PolicyClass> {
  const [, code = ""] = /^```ts\n(.*?)^```$/ms.exec(readFileSync("docs/access.md", "utf8")) ?? [];
  const file = join(folder, "policy.ts");
  writeFileSync(file, code);
  return ((await import(file)) as { ProjectMembers: PolicyClass }).ProjectMembers;
}

describe("the policy in docs/access.md", () => {
  it("subscribes the members of a project, and asks its table once for a request", async () => {
    const ProjectMembers = await policyOfThePage();
    let reads = 0;
    const policy = new ProjectMembers({
      projectsOf: async () => {
        reads += 1;
        return new Set(["apollo"]);
      },
    });
    const connections = new MemoryConnectionStore();
    const connection = aConnection();
    await connections.open(connection, []);
    const subscribe = makeSubscribe({
      policy,
      subscriptions: new MemorySubscriptionStore(connections),
      clock: new FixedClock(NOW * 1000),
      ids: { next: () => "decision-1" },
      limit: 100,
    });

    const outcome = await subscribe({
      ...{ connectionId: connection.id, userId: connection.identity.userId },
      entityIds: ["project/apollo/tasks", "project/gemini/tasks", "apollo"] as EntityId[],
    });

    expect(outcome).toMatchObject({ results: ["subscribed", "denied", "denied"], decision: "decision-1" });
    expect(reads).toBe(1);
  });
});
