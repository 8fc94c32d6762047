import { describe, expect, it } from "vitest";
import { MemoryAdministeredAccess } from "../../../src/adapters/in-memory/memory-administered-access.ts";
import { DependencyUnavailableError } from "../../../src/application/errors.ts";
import { makeGrantedAccess } from "../../../src/application/subscriptions/granted-access.ts";
import { type EntityPattern, type Grants, parseGrant } from "../../../src/domain/grants/grant.ts";
import type { UserId } from "../../../src/domain/identity/identity.ts";
import type { EntityId } from "../../../src/domain/subscription/subscription.ts";
import { addSeconds } from "../../../src/domain/time.ts";
import { FixedClock } from "../../fakes/fixed-clock.ts";
import { aUserId, NOW } from "../../support/a-connection.ts";

const ANN = aUserId();

function grantsOf(...texts: readonly string[]): Grants {
  return texts.flatMap((text) => parseGrant(text) ?? []);
}

function entities(...names: readonly string[]): readonly EntityId[] {
  return names as readonly string[] as readonly EntityId[];
}

/** The product's policy, and the users whose lists it has read. */
function policyWith(...defaults: readonly string[]) {
  const clock = new FixedClock(NOW * 1000);
  const administered = new MemoryAdministeredAccess();
  const reads: UserId[] = [];
  const counted = {
    entriesOf(userId: UserId) {
      reads.push(userId);
      return administered.entriesOf(userId);
    },
  };
  const policy = makeGrantedAccess({ defaultGrants: grantsOf(...defaults), administered: counted, clock });
  return {
    clock,
    reads,
    decide: async (names: readonly string[], grants: Grants = []) =>
      policy.decide({ userId: ANN, grants }, entities(...names)),
    administrator: (kind: "grant" | "withdrawal", pattern: string, { userId = ANN, at = NOW, until = 0 } = {}) =>
      administered.record({
        ...{ kind, userId, verb: "subscribe", pattern: pattern as EntityPattern, at },
        ...(until > 0 && { until: addSeconds(NOW, until) }),
      }),
  };
}

describe("granted access", () => {
  it("reads no list if token and deployment allow all entities of a request", async () => {
    const { decide, reads } = policyWith("subscribe:news-*");

    expect(await decide(["order-1", "news-1"], grantsOf("subscribe:order-*"))).toEqual([
      { kind: "allowed", rule: "TOKEN_GRANT" },
      { kind: "allowed", rule: "DEFAULT_GRANT" },
    ]);
    expect(reads).toEqual([]);
  });

  it("reads the user's list once for all entities of a request, if one is not allowed before", async () => {
    const { decide, reads, administrator } = policyWith("subscribe:news-*");
    await administrator("grant", "file-1");
    const names = Array.from({ length: 250 }, (_, index) => `file-${index}`);

    const decisions = await decide(["news-1", ...names]);

    expect(reads).toEqual([ANN]);
    expect(decisions.map((decision) => decision?.rule)).toEqual([
      "DEFAULT_GRANT",
      "NOT_GRANTED",
      "TABLE_GRANT",
      ...Array.from({ length: 248 }, () => "NOT_GRANTED"),
    ]);
  });

  it("attack:H1 denies what nobody granted, and names the grant that came closest", async () => {
    const { decide } = policyWith("subscribe:user-{userId}");

    expect(await decide(["order-18"], grantsOf("subscribe:order-17", "subscribe:o"))).toEqual([
      { kind: "denied", rule: "NOT_GRANTED", closest: "subscribe:order-17" },
    ]);
  });

  it("attack:H1 gives a user nothing of another's list", async () => {
    const { decide, administrator } = policyWith();
    await administrator("grant", "*", { userId: aUserId() });

    expect(await decide(["order-1"])).toMatchObject([{ kind: "denied", rule: "NOT_GRANTED" }]);
  });

  it("attack:H4 denies what was withdrawn, also in the same second, and lets the token go on", async () => {
    const { decide, administrator } = policyWith();
    await administrator("grant", "order-1");
    await administrator("withdrawal", "order-*");

    expect(await decide(["order-1"])).toMatchObject([{ kind: "denied", rule: "GRANT_WITHDRAWN" }]);
    expect(await decide(["order-1"], grantsOf("subscribe:order-1"))).toMatchObject([{ rule: "TOKEN_GRANT" }]);
  });

  it("tells the end of a grant, and denies from that moment on", async () => {
    const { decide, administrator, clock } = policyWith();
    await administrator("grant", "order-1", { until: 60 });

    expect(await decide(["order-1"])).toEqual([{ kind: "allowed", rule: "TABLE_GRANT", until: addSeconds(NOW, 60) }]);
    clock.advance(59);
    expect(await decide(["order-1"])).toMatchObject([{ kind: "allowed" }]);
    clock.advance(1);
    expect(await decide(["order-1"])).toMatchObject([{ kind: "denied", rule: "GRANT_ENDED" }]);
  });

  it("judges by the time at which the list was read, not at which the request came", async () => {
    const clock = new FixedClock(NOW * 1000);
    const administered = new MemoryAdministeredAccess();
    const pattern = "order-1" as EntityPattern;
    const change = { kind: "grant", userId: ANN, verb: "subscribe", pattern, at: NOW } as const;
    await administered.record({ ...change, until: addSeconds(NOW, 2) });
    const slow = {
      entriesOf(userId: UserId) {
        clock.advance(2);
        return administered.entriesOf(userId);
      },
    };
    const policy = makeGrantedAccess({ defaultGrants: [], administered: slow, clock });

    const decisions = await policy.decide({ userId: ANN, grants: [] }, entities("order-1"));
    expect(decisions).toMatchObject([{ kind: "denied", rule: "GRANT_ENDED" }]);
  });

  it("fails, and allows nothing, if the list cannot be read", async () => {
    const fault = new DependencyUnavailableError("ACCESS_LIST");
    const administered = { entriesOf: () => Promise.reject(fault) };
    const policy = makeGrantedAccess({ defaultGrants: [], administered, clock: new FixedClock(NOW * 1000) });

    await expect(policy.decide({ userId: ANN, grants: [] }, entities("order-1"))).rejects.toBe(fault);
  });
});
