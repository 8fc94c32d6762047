import fc from "fast-check";
import { expect } from "vitest";
import type { AdministeredAccess } from "../../src/application/ports/administered-access.ts";
import { decideAccess } from "../../src/domain/grants/access-decision.ts";
import type { AccessChange } from "../../src/domain/grants/access-list.ts";
import type { EntityPattern } from "../../src/domain/grants/grant.ts";
import type { UserId } from "../../src/domain/identity/identity.ts";
import type { EntityId } from "../../src/domain/subscription/subscription.ts";
import { addSeconds, type EpochSeconds } from "../../src/domain/time.ts";
import { aUserId, NOW } from "../support/a-connection.ts";
import { describeOutages, type WhenDown } from "./outages.ts";
import { type Suite, VITEST } from "./suite.ts";

export type AdministeredAccessSubject = {
  /** It may be the same for each test, hold data of earlier runs, and be in use by another run. */
  readonly makeAccess: () => AdministeredAccess;
  /** The same data, seen from another process. Absent if no other process can reach them. */
  readonly elsewhere?: () => AdministeredAccess;
  readonly whenDown: WhenDown<AdministeredAccess>;
};

const LATER = addSeconds(NOW, 60);

function change(
  userId: UserId,
  kind: AccessChange["kind"],
  pattern: string,
  at = NOW,
  until?: EpochSeconds,
): AccessChange {
  const facts = { userId, kind, verb: "subscribe", pattern: pattern as EntityPattern, at } as const;
  return { ...facts, ...(until !== undefined && { until }) };
}

/** Every sentence of the port's comment. Each test makes users of its own. */
export function describeAdministeredAccess(
  { makeAccess, elsewhere, whenDown }: AdministeredAccessSubject,
  suite: Suite = VITEST,
): void {
  const { describe, it, beforeEach } = suite;
  let access: AdministeredAccess;
  beforeEach(() => {
    access = makeAccess();
  });

  const recordAll = async (changes: readonly AccessChange[]) => {
    for (const one of changes) await access.record(one);
  };
  /** The rules by which the entries decide, at three moments. */
  const decided = async (userId: UserId, entityIds: readonly string[]) => {
    const list = await access.entriesOf(userId);
    const requester = { userId, grants: [] };
    return entityIds.flatMap((entityId) =>
      [NOW, LATER, addSeconds(NOW, 1_000)].map((now) => {
        const request = { requester, verb: "subscribe", entityId: entityId as EntityId } as const;
        const { rule, ...verdict } = decideAccess(request, { defaultGrants: [], list, now });
        return `${rule} ${"until" in verdict ? verdict.until : ""}`;
      }),
    );
  };

  describe("entries of administrators", () => {
    it("attack:H4 are there at once, with all that was decided", async () => {
      const userId = aUserId();
      await access.record(change(userId, "grant", "order-*", NOW, LATER));
      await access.record(change(userId, "withdrawal", "order-17", LATER));

      const own = [...(await (elsewhere?.() ?? access).entriesOf(userId))];

      expect(own.toSorted((one, other) => one.pattern.localeCompare(other.pattern))).toEqual([
        { verb: "subscribe", pattern: "order-*", granted: { at: NOW, until: LATER } },
        { verb: "subscribe", pattern: "order-17", withdrawnAt: LATER },
      ]);
    });

    it("are one for each pattern", async () => {
      const userId = aUserId();
      await recordAll([
        change(userId, "grant", "order-17"),
        change(userId, "withdrawal", "order-17", addSeconds(NOW, 1)),
        change(userId, "grant", "order-17", addSeconds(NOW, 2)),
      ]);

      expect(await access.entriesOf(userId)).toEqual([
        {
          verb: "subscribe",
          pattern: "order-17",
          granted: { at: addSeconds(NOW, 2) },
          withdrawnAt: addSeconds(NOW, 1),
        },
      ]);
    });

    it("attack:H4 are none without one, and belong to one user", async () => {
      const userId = aUserId();
      await access.record(change(userId, "grant", "order-17"));

      expect(await access.entriesOf(`${userId}-2` as UserId)).toEqual([]);
      expect(await access.entriesOf(userId.slice(0, -1) as UserId)).toEqual([]);
    });

    it("attack:E8 tell spellings of a pattern apart, byte for byte", async () => {
      const userId = aUserId();
      const patterns = ["caf\u00e9", "cafe\u0301", "CAF\u00c9", " cafe", "cafe:1", "cafe#1", "x".repeat(256)];
      await recordAll(patterns.map((pattern) => change(userId, "grant", pattern)));

      const told = (await access.entriesOf(userId)).map(({ pattern }) => pattern as string);
      expect(told.toSorted()).toEqual(patterns.toSorted());
    });

    it("attack:H4 decide the same after any order and repetition of the events", async () => {
      const patterns = ["a-1", "a-2", "a-*", "*"];
      const event = fc.record({
        kind: fc.constantFrom<AccessChange["kind"]>("grant", "withdrawal"),
        pattern: fc.constantFrom(...patterns),
        at: fc.integer({ min: 0, max: 4 }),
        until: fc.constantFrom(undefined, 30, 90),
      });
      const events = fc.array(event, { minLength: 1, maxLength: 6 });
      const shuffled = events.chain((one) =>
        fc.tuple(fc.constant(one), fc.shuffledSubarray([...one, ...one], { minLength: one.length })),
      );

      await fc.assert(
        fc.asyncProperty(shuffled, async ([inOrder, repeated]) => {
          const both = [aUserId(), aUserId()];
          const orders = [inOrder, [...repeated, ...inOrder.toReversed()]];
          for (const [index, userId] of both.entries()) {
            await recordAll(
              (orders[index] ?? []).map(({ kind, pattern, at, until }) => {
                const end = kind === "grant" && until !== undefined ? addSeconds(NOW, until) : undefined;
                return change(userId, kind, pattern, addSeconds(NOW, at), end);
              }),
            );
          }

          const [one, other] = await Promise.all(both.map((userId) => decided(userId, ["a-1", "a-2", "a-3", "b"])));
          expect(other).toEqual(one);
        }),
        { numRuns: 40 },
      );
    });

    it("attack:H4 lose nothing when many come at once", async () => {
      const userId = aUserId();
      const other = elsewhere?.() ?? access;
      const patterns = Array.from({ length: 12 }, (_, n) => `a-${n}`);
      const same = Array.from({ length: 8 }, (_, n) => change(userId, "grant", "b", addSeconds(NOW, n)));
      const changes = [...patterns.map((pattern) => change(userId, "grant", pattern)), ...same];

      await Promise.all(changes.map((one, n) => (n % 2 === 0 ? access : other).record(one)));

      const entries = await access.entriesOf(userId);
      expect(entries.map(({ pattern }) => pattern as string).toSorted()).toEqual([...patterns, "b"].toSorted());
      expect(entries.find(({ pattern }) => pattern === ("b" as EntityPattern))?.granted).toEqual({
        at: addSeconds(NOW, 7),
      });
    });

    it("attack:H4 of a pattern and of a wider withdrawal leave nothing granted, also at once", async () => {
      const other = elsewhere?.() ?? access;
      const left = await Promise.all(
        Array.from({ length: 12 }, async () => {
          const userId = aUserId();
          await Promise.all([
            access.record(change(userId, "grant", "a-1")),
            other.record(change(userId, "withdrawal", "a-*", LATER)),
          ]);
          return decided(userId, ["a-1"]);
        }),
      );

      expect(new Set(left.flat())).toEqual(new Set(["GRANT_WITHDRAWN "]));
    });
  });

  describeOutages(suite, whenDown, "ACCESS_LIST", {
    record: (down) => down.record(change(aUserId(), "grant", "order-17")),
    entriesOf: (down) => down.entriesOf(aUserId()),
  });
}
