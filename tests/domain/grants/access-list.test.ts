import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type AccessEntry,
  type GrantedAccess,
  isWithdrawn,
  laterGrant,
} from "../../../src/domain/grants/access-list.ts";
import type { EntityPattern, Verb } from "../../../src/domain/grants/grant.ts";
import type { EpochSeconds } from "../../../src/domain/time.ts";

const at = (seconds: number) => seconds as EpochSeconds;

function grant(seconds: number, until?: number): GrantedAccess {
  return until === undefined ? { at: at(seconds) } : { at: at(seconds), until: at(until) };
}

const anyGrant = fc.tuple(fc.nat({ max: 3 }), fc.option(fc.nat({ max: 3 }), { nil: undefined }));
const grants = (count: number) =>
  fc.array(
    anyGrant.map(([seconds, until]) => grant(seconds, until)),
    { minLength: count, maxLength: count },
  ) as fc.Arbitrary<[GrantedAccess, GrantedAccess, GrantedAccess]>;

describe("of two grants of one pattern counts", () => {
  it.each<[string, GrantedAccess, GrantedAccess, GrantedAccess]>([
    ["the later one", grant(1, 9), grant(2, 5), grant(2, 5)],
    ["the later one, also without an end", grant(1, 9), grant(2), grant(2)],
    ["the later one, also if the other had no end", grant(1), grant(2, 5), grant(2, 5)],
    ["in the same second the one that ends first", grant(1, 9), grant(1, 5), grant(1, 5)],
    ["in the same second the one that has an end", grant(1), grant(1, 5), grant(1, 5)],
    ["either, if they are the same", grant(1, 5), grant(1, 5), grant(1, 5)],
    ["either, if both are of one second without an end", grant(1), grant(1), grant(1)],
  ])("%s, whichever comes first", (_row, one, other, expected) => {
    expect(laterGrant(one, other)).toEqual(expected);
    expect(laterGrant(other, one)).toEqual(expected);
  });

  it("the same one in every order and grouping, however often each comes", () => {
    fc.assert(
      fc.property(grants(3), ([a, b, c]) => {
        expect(laterGrant(a, b)).toEqual(laterGrant(b, a));
        expect(laterGrant(laterGrant(a, b), c)).toEqual(laterGrant(a, laterGrant(b, c)));
        expect(laterGrant(a, a)).toEqual(a);
        expect(laterGrant(laterGrant(a, b), a)).toEqual(laterGrant(a, b));
      }),
    );
  });
});

type Entry = { readonly pattern: string; readonly verb?: Verb; readonly granted?: number; readonly withdrawn?: number };

function entry({ pattern, verb = "subscribe", granted, withdrawn }: Entry): AccessEntry {
  return {
    verb,
    pattern: pattern as EntityPattern,
    ...(granted === undefined ? {} : { granted: grant(granted) }),
    ...(withdrawn === undefined ? {} : { withdrawnAt: at(withdrawn) }),
  };
}

describe("a grant of second 5 is taken back", () => {
  it.each<[string, Entry]>([
    ["of its own pattern", { pattern: "order-1*", withdrawn: 6 }],
    ["of its own pattern in the same second", { pattern: "order-1*", withdrawn: 5 }],
    ["of a wider pattern", { pattern: "order-*", withdrawn: 6 }],
    ["of a wider pattern in the same second", { pattern: "order-*", withdrawn: 5 }],
    ["of everything", { pattern: "*", withdrawn: 6 }],
    ["of a pattern that was granted again", { pattern: "*", granted: 9, withdrawn: 6 }],
  ])("by a withdrawal %s", (_row, withdrawal) => {
    const granted = entry({ pattern: "order-1*", granted: 5 });

    expect(isWithdrawn(granted, [granted, entry(withdrawal)])).toBe(true);
    expect(isWithdrawn(granted, [entry(withdrawal), granted])).toBe(true);
  });

  it.each<[string, Entry]>([
    ["of the second before", { pattern: "order-1*", withdrawn: 4 }],
    ["of everything in the second before", { pattern: "*", withdrawn: 4 }],
    ["of a narrower pattern", { pattern: "order-17*", withdrawn: 6 }],
    ["of one id", { pattern: "order-1", withdrawn: 6 }],
    ["of another pattern", { pattern: "news-*", withdrawn: 6 }],
    ["attack:E8 of a pattern that looks alike", { pattern: "Order-*", withdrawn: 6 }],
    ["of another verb", { pattern: "order-1*", verb: "publish" as Verb, withdrawn: 6 }],
    ["that never was", { pattern: "*", granted: 9 }],
  ])("not by one %s", (_row, other) => {
    const granted = entry({ pattern: "order-1*", granted: 5 });

    expect(isWithdrawn(granted, [granted, entry(other)])).toBe(false);
  });

  it("by its own entry's withdrawal, unless the grant is the later one", () => {
    const withdrawn = entry({ pattern: "order-17", granted: 5, withdrawn: 5 });
    const grantedAgain = entry({ pattern: "order-17", granted: 6, withdrawn: 5 });

    expect(isWithdrawn(withdrawn, [withdrawn])).toBe(true);
    expect(isWithdrawn(grantedAgain, [grantedAgain])).toBe(false);
  });

  it("only if there was one", () => {
    const withdrawal = entry({ pattern: "order-17", withdrawn: 5 });

    expect(isWithdrawn(withdrawal, [withdrawal])).toBe(false);
  });
});
