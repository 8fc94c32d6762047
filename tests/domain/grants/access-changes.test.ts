import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type AccessChange,
  type AccessEntry,
  type AccessList,
  alteredBy,
  forgottenFrom,
  isWithdrawn,
} from "../../../src/domain/grants/access-list.ts";
import type { EntityPattern, Verb } from "../../../src/domain/grants/grant.ts";
import type { UserId } from "../../../src/domain/identity/identity.ts";
import type { EpochSeconds } from "../../../src/domain/time.ts";

const at = (seconds: number) => seconds as EpochSeconds;

type Change = Pick<AccessChange, "kind"> & {
  readonly pattern: string;
  readonly at: number;
  readonly until?: number | undefined;
};

const change = ({ kind, pattern, at: moment, until }: Change): AccessChange => ({
  ...{ userId: "ann" as UserId, kind, verb: "subscribe", pattern: pattern as EntityPattern, at: at(moment) },
  ...(until !== undefined && { until: at(until) }),
});

type Entry = {
  readonly pattern: string;
  readonly verb?: string;
  readonly granted?: number;
  readonly until?: number;
  readonly withdrawn?: number;
};

const entry = ({ pattern, verb = "subscribe", granted, until, withdrawn }: Entry): AccessEntry => ({
  ...{ verb: verb as Verb, pattern: pattern as EntityPattern },
  ...(granted !== undefined && { granted: { at: at(granted), ...(until !== undefined && { until: at(until) }) } }),
  ...(withdrawn !== undefined && { withdrawnAt: at(withdrawn) }),
});

/** The list after changes that came in this order. */
function listAfter(changes: readonly Change[]): AccessList {
  const entries = new Map<string, AccessEntry>();
  for (const one of changes) {
    for (const altered of alteredBy(change(one), [...entries.values()])) entries.set(altered.pattern, altered);
  }
  return [...entries.values()];
}

describe("a grant", () => {
  const granting = (moment: number, until?: number) => change({ kind: "grant", pattern: "order-*", at: moment, until });

  it.each<readonly [row: string, before: readonly Entry[], after: Entry]>([
    ["the first", [], { pattern: "order-*", granted: 5, until: 9 }],
    ["after an older one", [{ pattern: "order-*", granted: 4 }], { pattern: "order-*", granted: 5, until: 9 }],
    [
      "beside one that ends later, in the same second",
      [{ pattern: "order-*", granted: 5, until: 10 }],
      { pattern: "order-*", granted: 5, until: 9 },
    ],
    [
      "after a withdrawal, which stays",
      [{ pattern: "order-*", withdrawn: 7 }],
      { pattern: "order-*", granted: 5, until: 9, withdrawn: 7 },
    ],
    [
      "beside those of other patterns and verbs, which stay as they are",
      [
        { pattern: "order-1", granted: 9 },
        { pattern: "*", withdrawn: 9 },
        { pattern: "order-*", verb: "publish", granted: 9 },
      ],
      { pattern: "order-*", granted: 5, until: 9 },
    ],
  ])("of second 5 until 9 makes the entry of its pattern: %s", (_row, before, after) => {
    expect(alteredBy(granting(5, 9), before.map(entry))).toEqual([entry(after)]);
  });

  it.each<readonly [row: string, before: Entry]>([
    ["a later one", { pattern: "order-*", granted: 6, until: 7 }],
    ["one of the same second that ends earlier", { pattern: "order-*", granted: 5, until: 8 }],
    ["itself", { pattern: "order-*", granted: 5, until: 9 }],
  ])("of second 5 until 9 alters nothing after %s", (_row, before) => {
    expect(alteredBy(granting(5, 9), [entry(before)])).toEqual([]);
  });
});

describe("a withdrawal of second 5", () => {
  const withdrawal = change({ kind: "withdrawal", pattern: "order-*", at: 5 });

  it("is remembered where nothing was granted: the grant may come late", () => {
    expect(alteredBy(withdrawal, [])).toEqual([entry({ pattern: "order-*", withdrawn: 5 })]);
  });

  it.each([4, 9])("marks the entry of its pattern, granted in second %i, and narrower grants until then", (granted) => {
    const before = [
      { pattern: "order-17", granted: 5 },
      { pattern: "order-*", granted, until: 20 },
      { pattern: "order-1*", granted: 4, withdrawn: 3 },
    ];

    expect(alteredBy(withdrawal, before.map(entry))).toEqual(
      [
        { pattern: "order-*", granted, until: 20, withdrawn: 5 },
        { pattern: "order-17", granted: 5, withdrawn: 5 },
        { pattern: "order-1*", granted: 4, withdrawn: 5 },
      ].map(entry),
    );
  });

  it.each<readonly [row: string, other: Entry]>([
    ["a narrower grant of a later second", { pattern: "order-17", granted: 6 }],
    ["a narrower pattern that is only withdrawn", { pattern: "order-17", withdrawn: 4 }],
    ["a narrower grant that was withdrawn since", { pattern: "order-17", granted: 5, withdrawn: 6 }],
    ["a wider grant", { pattern: "*", granted: 4 }],
    ["a grant of another pattern", { pattern: "news-1", granted: 4 }],
    ["a grant of another verb", { pattern: "order-17", verb: "publish", granted: 4 }],
  ])("leaves %s", (_row, other) => {
    expect(alteredBy(withdrawal, [entry(other)])).toEqual([entry({ pattern: "order-*", withdrawn: 5 })]);
  });

  it.each([5, 6])("alters nothing after a withdrawal of second %i", (withdrawn) => {
    expect(alteredBy(withdrawal, [entry({ pattern: "order-*", granted: 4, withdrawn })])).toEqual([]);
  });
});

const PATTERNS = ["a", "ab", "a*", "*"];

const anyChange: fc.Arbitrary<Change> = fc.record({
  kind: fc.constantFrom("grant", "withdrawal"),
  pattern: fc.constantFrom(...PATTERNS),
  at: fc.integer({ min: 1, max: 4 }),
  until: fc.option(fc.integer({ min: 1, max: 9 }), { nil: undefined }),
});

/** The patterns whose last grant was not taken back, with its end. */
const standing = (list: AccessList) =>
  list
    .filter((one) => one.granted !== undefined && !isWithdrawn(one, list))
    .map(({ pattern, granted }) => ({ pattern, ...granted }))
    .sort((one, other) => (one.pattern < other.pattern ? -1 : 1));

describe("changes", () => {
  it("leave the same grants standing in every order, however often each comes", () => {
    const orders = fc
      .array(anyChange, { minLength: 1, maxLength: 6 })
      .chain((changes) =>
        fc.tuple(
          fc.constant(changes),
          fc.shuffledSubarray([...changes, ...changes], { minLength: changes.length * 2 }),
        ),
      );

    fc.assert(
      fc.property(orders, ([changes, again]) => {
        expect(standing(listAfter(again))).toEqual(standing(listAfter(changes)));
      }),
      { numRuns: 1000 },
    );
  });
});

const DAY = 86_400;
const KEPT = 45 * DAY;

describe("an entry is forgotten", () => {
  it.each<readonly [row: string, entry: Entry, from: number]>([
    ["a grant's end", { pattern: "a*", granted: 5, until: 9 }, 9],
    ["a grant that had ended before it was given", { pattern: "a*", granted: 9, until: 5 }, 9],
    ["the end of a grant that came after a withdrawal", { pattern: "a", granted: 5, until: 9, withdrawn: 4 }, 9],
    ["a withdrawal", { pattern: "a", withdrawn: 5 }, 5],
    ["a withdrawal after a grant", { pattern: "a", granted: 4, withdrawn: 5 }, 5],
    ["a withdrawal in the second of a grant", { pattern: "a", granted: 5, withdrawn: 5 }, 5],
    ["a withdrawal after a grant's end", { pattern: "a", granted: 1, until: 3, withdrawn: 5 }, 5],
    ["the end that a withdrawn grant had", { pattern: "a", granted: 1, until: 9, withdrawn: 5 }, 9],
  ])("45 days after %s", (_row, one, from) => {
    expect(forgottenFrom(entry(one))).toBe(from + KEPT);
  });

  it.each<readonly [row: string, entry: Entry]>([
    ["a grant without an end", { pattern: "a", granted: 5 }],
    ["a grant without an end, after a withdrawal", { pattern: "a", granted: 5, withdrawn: 4 }],
    ["the withdrawal of a wildcard", { pattern: "a*", withdrawn: 5 }],
    ["the withdrawal of a wildcard that was granted before", { pattern: "a*", granted: 4, until: 9, withdrawn: 5 }],
    ["the withdrawal of a wildcard that was granted since", { pattern: "a*", granted: 6, until: 9, withdrawn: 5 }],
  ])("never: %s", (_row, one) => {
    expect(forgottenFrom(entry(one))).toBeUndefined();
  });

  it("attack:H4 when nothing that it took back can return, in whatever order events came", () => {
    const changes = fc.array(anyChange, { minLength: 1, maxLength: 8 });

    fc.assert(
      fc.property(changes, fc.integer({ min: 5, max: 200 }), (inDays, today) => {
        const now = today * DAY;
        const list = listAfter(
          inDays.map((one) => ({ ...one, at: one.at * DAY, until: one.until && one.until * DAY })),
        );
        const kept = list.filter((one) => (forgottenFrom(one) ?? Number.POSITIVE_INFINITY) > now);
        const inForce = (all: AccessList) => standing(all).filter(({ until }) => until === undefined || until > now);

        expect(inForce(kept)).toEqual(inForce(list));
      }),
      { numRuns: 3000 },
    );
  });
});
