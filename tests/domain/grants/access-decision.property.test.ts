import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type AccessRequest, decideAccess } from "../../../src/domain/grants/access-decision.ts";
import { type AccessEntry, laterGrant } from "../../../src/domain/grants/access-list.ts";
import { parseDefaultGrants } from "../../../src/domain/grants/default-grants.ts";
import { type EntityPattern, parseGrant } from "../../../src/domain/grants/grant.ts";
import { parseTokenGrants } from "../../../src/domain/grants/token-grants.ts";
import type { UserId } from "../../../src/domain/identity/identity.ts";
import { parseEntityId } from "../../../src/domain/subscription/subscription.ts";
import { type EpochSeconds, later } from "../../../src/domain/time.ts";
import { type AccessCase, anyAccessCase } from "../../support/access-cases.ts";
import { type OracleAnswer, type OracleEntry, type OracleQuestion, oracleAnswer } from "../../support/access-oracle.ts";

/** An entry as the store would hold it. */
function entryOf({ pattern, granted, withdrawnAt }: OracleEntry): AccessEntry {
  const grant = parseGrant(`subscribe:${pattern}`);
  if (grant === undefined) throw new Error(`${pattern} is no pattern`);
  return { ...grant, granted, withdrawnAt } as AccessEntry;
}

/** What our own rules answer, in the oracle's words. */
function answerTo({ userId, claim, defaultGrants, table, entityId, now }: OracleQuestion): OracleAnswer | undefined {
  const token = parseTokenGrants(claim);
  if (token.kind === "rejected") return { rule: token.reason };
  const defaults = parseDefaultGrants(defaultGrants);
  if (defaults === undefined) return { rule: "SETTING_REJECTED" };
  const parsedId = parseEntityId(entityId);
  if (parsedId === undefined) throw new Error(`${entityId} is no id`);
  const requester = { userId: userId as UserId, grants: token.grants };
  const request: AccessRequest = { requester, verb: "subscribe", entityId: parsedId };
  const list = table?.map(entryOf);
  const verdict = decideAccess(request, { defaultGrants: defaults, list, now: now as EpochSeconds });
  if (verdict.kind === "undecided") return undefined;
  const isOfAllowed = ["TOKEN_GRANT", "DEFAULT_GRANT", "TABLE_GRANT"].includes(verdict.rule);
  expect(verdict.kind).toBe(isOfAllowed ? "allowed" : "denied");
  const until = verdict.kind === "allowed" ? verdict.until : undefined;
  return until === undefined ? { rule: verdict.rule } : { rule: verdict.rule, until };
}

describe("attack:H1 attack:H5 access", () => {
  it("is decided as the oracle decides it, in ten thousand cases with ids that one confuses", () => {
    fc.assert(
      fc.property(anyAccessCase, (one) => {
        expect(answerTo(one)).toEqual(oracleAnswer(one));
      }),
      { numRuns: 10_000 },
    );
  });

  it("is decided as the oracle decides it, before the table was read", () => {
    fc.assert(
      fc.property(anyAccessCase, (one) => {
        const unread = { ...one, table: undefined };

        expect(answerTo(unread)).toEqual(oracleAnswer(unread));
      }),
      { numRuns: 2000 },
    );
  });

  it("has each of its answers in many of these cases", () => {
    const counts = new Map<string, number>();
    for (const one of fc.sample(anyAccessCase, { numRuns: 3000, seed: 17 })) {
      const rule = oracleAnswer(one)?.rule ?? "undecided";
      counts.set(rule, (counts.get(rule) ?? 0) + 1);
    }

    expect([...counts.keys()].sort()).toEqual([
      "DEFAULT_GRANT",
      "GRANTS_INVALID",
      "GRANTS_TOO_LARGE",
      "GRANT_ENDED",
      "GRANT_WITHDRAWN",
      "NOT_GRANTED",
      "SETTING_REJECTED",
      "TABLE_GRANT",
      "TOKEN_GRANT",
    ]);
    expect(Math.min(...counts.values())).toBeGreaterThan(30);
  });

  it("allows never more with fewer grants, and never more later", () => {
    fc.assert(
      fc.property(anyAccessCase, fc.nat({ max: 3 }), (one, seconds) => {
        fc.pre(Array.isArray(one.claim));
        const poorer = {
          ...one,
          claim: (one.claim as unknown[]).slice(1),
          defaultGrants: "none",
          now: one.now + seconds,
        };
        fc.pre(!isAllowed(one) && oracleAnswer(one)?.rule.startsWith("GRANTS_") !== true);
        fc.pre(oracleAnswer(one)?.rule !== "SETTING_REJECTED");

        expect(isAllowed(poorer)).toBe(false);
      }),
      { numRuns: 2000 },
    );
  });
});

function isAllowed(one: AccessCase): boolean {
  return ["TOKEN_GRANT", "DEFAULT_GRANT", "TABLE_GRANT"].includes(answerTo(one)?.rule ?? "");
}

/** What an administrator decided for a pattern at a time. */
type Event = { readonly pattern: string; readonly at: number; readonly granted: boolean; readonly until?: number };

const anyEvents = anyAccessCase.chain((one) => {
  const patterns = [one.entityId.replaceAll("*", "s"), "*", ...one.table.map(({ pattern }) => pattern)];
  const at = fc.integer({ min: one.now - 2, max: one.now + 2 });
  const event: fc.Arbitrary<Event> = fc.record(
    { pattern: fc.constantFrom(...patterns), at, granted: fc.boolean(), until: at },
    { requiredKeys: ["pattern", "at", "granted"] },
  );
  return fc.array(event, { maxLength: 6 }).chain((events) =>
    // All of them once at least, and in another order.
    fc.record({
      one: fc.constant(one),
      events: fc.constant(events),
      again: fc
        .shuffledSubarray([...events, ...events], { minLength: events.length })
        .map((more) => [...more, ...events]),
    }),
  );
});

/** The table after these events, each folded into what there was. */
function tableAfter(events: readonly Event[]): readonly OracleEntry[] {
  const entries = new Map<string, AccessEntry>();
  for (const { pattern, at, granted, until } of events) {
    const old = entries.get(pattern);
    const moment = at as EpochSeconds;
    const given = { at: moment, ...(until === undefined ? {} : { until: until as EpochSeconds }) };
    const changed: Partial<AccessEntry> = granted
      ? { granted: old?.granted ? laterGrant(old.granted, given) : given }
      : { withdrawnAt: old?.withdrawnAt ? later(old.withdrawnAt, moment) : moment };
    entries.set(pattern, { verb: "subscribe", pattern: pattern as EntityPattern, ...old, ...changed });
  }
  const sorted = [...entries.values()].sort((one, other) => (one.pattern < other.pattern ? -1 : 1));
  return sorted as readonly OracleEntry[];
}

describe("the decisions of administrators", () => {
  it("are the same list and the same answer in every order of events, however often each comes", () => {
    fc.assert(
      fc.property(anyEvents, ({ one, events, again }) => {
        const [table, other] = [tableAfter(events), tableAfter(again)];

        expect(other).toEqual(table);
        expect(answerTo({ ...one, table: [...other].reverse() })).toEqual(answerTo({ ...one, table }));
        expect(answerTo({ ...one, table: other })).toEqual(oracleAnswer({ ...one, table }));
      }),
      { numRuns: 2000 },
    );
  });

  it("attack:H4 allow nothing through the table once everything was withdrawn", () => {
    fc.assert(
      fc.property(anyAccessCase, (one) => {
        const latest = Math.max(...one.table.map(({ granted }) => granted?.at ?? 0));
        const table = [...one.table, { pattern: "*", withdrawnAt: latest }];

        expect(answerTo({ ...one, table })?.rule).not.toBe("TABLE_GRANT");
      }),
    );
  });
});
