import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  DEFAULT_GRANTS_EXPECTED,
  defaultGrantsOf,
  parseDefaultGrants,
} from "../../../src/domain/grants/default-grants.ts";
import { covers, grantText, includes } from "../../../src/domain/grants/grant.ts";
import { parseUserId, type UserId } from "../../../src/domain/identity/identity.ts";
import type { EntityId } from "../../../src/domain/subscription/subscription.ts";
import { anyDefaultGrants, anyTemplate, anyUserId } from "../../support/access-cases.ts";
import { oraclePatterns, oracleTemplates } from "../../support/access-oracle.ts";

const printable = Array.from({ length: 0x7f - 0x21 }, (_, nth) => String.fromCharCode(0x21 + nth));
const ofUserIds = printable.filter((character) => parseUserId(character) !== undefined);

/** The grants of a user, as texts; undefined if the setting is refused. */
function grantsOf(userId: string, setting: string): readonly string[] | undefined {
  const defaults = parseDefaultGrants(setting);
  return defaults && defaultGrantsOf(userId as UserId, defaults).map(grantText);
}

describe("the grants of a deployment", () => {
  it.each<[string, string, readonly string[]]>([
    ["none", "none", []],
    ["one", "subscribe:news-*", ["subscribe:news-*"]],
    ["several", "subscribe:news-*,subscribe:status", ["subscribe:news-*", "subscribe:status"]],
    ["everything", "subscribe:*", ["subscribe:*"]],
    ["the user's own", "subscribe:user-{userId}", ["subscribe:user-ann"]],
    ["an id that is the user's", "subscribe:{userId}", ["subscribe:ann"]],
    ["what begins with the user's id", "subscribe:{userId}/*", ["subscribe:ann/*"]],
    ["the user's id twice", "subscribe:{userId}/{userId}#*", ["subscribe:ann/ann#*"]],
    ["colons and separators", "subscribe:a:b|c.d~e", ["subscribe:a:b|c.d~e"]],
    ["an id of 256 bytes", `subscribe:${"x".repeat(256)}`, [`subscribe:${"x".repeat(256)}`]],
  ])("%s: taken", (_row, setting, expected) => {
    expect(grantsOf("ann", setting)).toEqual(expected);
  });

  it.each([
    ["empty", ""],
    ["blank", " "],
    ["none in another case", "None"],
    ["none with a blank", "none "],
    ["none beside a grant", "none,subscribe:a"],
    ["a comma behind", "subscribe:a,"],
    ["a comma before", ",subscribe:a"],
    ["two commas", "subscribe:a,,subscribe:b"],
    ["a blank behind the comma", "subscribe:a, subscribe:b"],
    ["parted by a blank", "subscribe:a subscribe:b"],
    ["a line break behind", "subscribe:a\n"],
    ["a pattern without a verb", "news-*"],
    ["another verb", "publish:news-*"],
    ["no pattern", "subscribe:"],
    ["one bad entry of two", "subscribe:a,subscribe:*b"],
    ["attack:H5 a wildcard before the end", "subscribe:news-*-1"],
    ["attack:H5 two wildcards", "subscribe:news-**"],
    ["attack:E6 DEL", "subscribe:a\u007f"],
    ["attack:E6 NUL", "subscribe:a\0"],
    ["attack:E8 a letter beyond ASCII", "subscribe:caf\u00e9"],
    ["attack:E9 an id of 257 bytes", `subscribe:${"x".repeat(257)}`],
    ["a placeholder in another case", "subscribe:{userid}"],
    ["an unknown placeholder", "subscribe:{user}"],
    ["a placeholder without an end", "subscribe:{userId"],
    ["a brace alone", "subscribe:a}"],
    ["a placeholder in braces", "subscribe:{{userId}}"],
    ["a placeholder in its verb", "subscribe{userId}/:a"],
    ["a placeholder as its verb", "{userId}:a"],
    ["attack:H10 the wildcard behind a placeholder", "subscribe:{userId}*"],
    ["attack:H10 a hyphen behind a placeholder", "subscribe:{userId}-*"],
    ["attack:H10 a placeholder behind a placeholder", "subscribe:{userId}{userId}"],
    ["attack:H10 a bad second placeholder", "subscribe:{userId}/{userId}-a"],
    ["attack:H10 a bad first placeholder", "subscribe:{userId}-{userId}"],
  ])("%s: refused", (_row, setting) => {
    expect(parseDefaultGrants(setting)).toBeUndefined();
  });

  it.each(printable.filter((character) => !ofUserIds.includes(character) && !"*{}".includes(character)))(
    "attack:H10 may have %s behind a placeholder: no user id contains it",
    (character) => {
      expect(grantsOf("ann", `subscribe:{userId}${character}*`)).toEqual([`subscribe:ann${character}*`]);
    },
  );

  it.each([...ofUserIds, "*", "{", "}", " ", "\u00e9"])(
    "attack:H10 may not have %s behind a placeholder",
    (character) => {
      expect(parseDefaultGrants(`subscribe:{userId}${character}a`)).toBeUndefined();
      expect(parseDefaultGrants(`subscribe:{userId}${character}`)).toBeUndefined();
    },
  );

  it.each(printable.filter((character) => !"*{},".includes(character)))(
    "may have %s in any other place",
    (character) => {
      expect(grantsOf("ann", `subscribe:${character}a${character}*`)).toEqual([`subscribe:${character}a${character}*`]);
    },
  );

  it("says what a setting must be, in a form that it takes", () => {
    expect(DEFAULT_GRANTS_EXPECTED).toContain("none");
    expect(parseDefaultGrants(/subscribe:\S+/.exec(DEFAULT_GRANTS_EXPECTED)?.[0] ?? "")).toHaveLength(1);
  });

  it("are refused in linear time", () => {
    const long = "a{userId}/".repeat(100_000);
    const before = performance.now();

    expect(parseDefaultGrants(`subscribe:${long}{`)).toBeUndefined();
    expect(performance.now() - before).toBeLessThan(2000);
  });

  it("mean the same to the oracle", () => {
    fc.assert(
      fc.property(fc.oneof(anyDefaultGrants, anyTemplate()), anyUserId, (setting, userId) => {
        const templates = oracleTemplates(setting);

        expect(grantsOf(userId, setting)).toEqual(
          templates && oraclePatterns(templates, userId).map((pattern) => `subscribe:${pattern}`),
        );
      }),
      { numRuns: 5000 },
    );
  });
});

describe("attack:H10 through {userId}, two users", () => {
  const acceptedTemplate = fc.oneof(anyDefaultGrants, anyTemplate()).filter((text) => text.includes("{userId}"));

  /** A user, and one whose id begins or ends like the first one's. */
  const twoUsers = fc
    .oneof(
      fc.tuple(anyUserId, anyUserId),
      fc.tuple(anyUserId, anyUserId).map(([id, end]) => [id, id + end] as const),
    )
    .filter(([one, other]) => one !== other);

  it("never reach the same entity", () => {
    fc.assert(
      fc.property(acceptedTemplate, twoUsers, (setting, [one, other]) => {
        const defaults = parseDefaultGrants(setting);
        fc.pre(defaults !== undefined);
        for (const grant of defaults.filter(({ pattern }) => pattern.includes("{userId}"))) {
          const [ofOne, ofOther] = [one, other].map((id) => defaultGrantsOf(id as UserId, [grant])[0]?.pattern);
          if (ofOne === undefined || ofOther === undefined) throw new Error("each user has the grant");

          // Two patterns have an id in common only if one of them includes the shortest id of the other.
          expect(includes(ofOne, ofOther.replace("*", "") as EntityId)).toBe(false);
          expect(includes(ofOther, ofOne.replace("*", "") as EntityId)).toBe(false);
          expect(covers(ofOne, ofOther) || covers(ofOther, ofOne)).toBe(false);
        }
      }),
      { numRuns: 3000 },
    );
  });

  it.each([
    ["ann", "ann-lee"],
    ["ann", "anna"],
    ["ann", "Ann"],
    ["ann", "ann:"],
  ])("as %s and %s reach what is their own", (one, other) => {
    const defaults = parseDefaultGrants("subscribe:inbox/{userId}/*") ?? [];
    const [ofOne] = defaultGrantsOf(one as UserId, defaults);

    expect(ofOne && includes(ofOne.pattern, `inbox/${one}/1` as EntityId)).toBe(true);
    expect(ofOne && includes(ofOne.pattern, `inbox/${other}/1` as EntityId)).toBe(false);
  });
});
