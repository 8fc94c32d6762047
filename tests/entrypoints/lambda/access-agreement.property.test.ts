import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { authorizerResponse } from "../../../src/adapters/api-gateway/authorizer-response.ts";
import type { AccessDecision } from "../../../src/domain/grants/access-decision.ts";
import { decideAccess } from "../../../src/domain/grants/access-decision.ts";
import type { AccessChange } from "../../../src/domain/grants/access-list.ts";
import { parseDefaultGrants } from "../../../src/domain/grants/default-grants.ts";
import { type EntityPattern, type Grants, grantText } from "../../../src/domain/grants/grant.ts";
import { parseTokenGrants } from "../../../src/domain/grants/token-grants.ts";
import type { UserId } from "../../../src/domain/identity/identity.ts";
import { parseEntityId } from "../../../src/domain/subscription/subscription.ts";
import { addSeconds, type EpochSeconds } from "../../../src/domain/time.ts";
import { type AccessCase, anyAccessCase } from "../../support/access-cases.ts";
import { oracleAnswer } from "../../support/access-oracle.ts";
import { METHOD_ARN } from "../../support/gateway-events.ts";
import { subscribingHandlers } from "../../support/subscribing-handlers.ts";

/** A case whose token and whose setting were accepted: the others are refused before there is a connection. */
type Case = AccessCase & { readonly order: readonly number[] };

const RULES_BEFORE = ["GRANTS_INVALID", "GRANTS_TOO_LARGE", "SETTING_REJECTED"];

function isRefusedBefore(one: AccessCase): boolean {
  return RULES_BEFORE.includes(oracleAnswer(one)?.rule ?? "");
}

/** The entries of a list become events, in any order. */
const anyCase: fc.Arbitrary<Case> = anyAccessCase
  .filter((one) => parseTokenGrants(one.claim).kind === "grants" && !isRefusedBefore(one))
  .chain((one) => {
    const events = Array.from({ length: 2 * one.table.length }, (_, index) => index);
    return fc.shuffledSubarray(events, { minLength: events.length }).map((order) => ({ ...one, order }));
  });

/** What is seen of a decision from outside: the rule of a denial is in the log, the end of a grant in the row. */
type Seen = { readonly allowed: true; readonly until?: number } | { readonly allowed: false; readonly rule: string };

const ALLOWING = ["TOKEN_GRANT", "DEFAULT_GRANT", "TABLE_GRANT"];

function seenOf({ rule, until }: { readonly rule: string; readonly until?: number | undefined }): Seen {
  if (!ALLOWING.includes(rule)) return { allowed: false, rule };
  return until === undefined ? { allowed: true } : { allowed: true, until };
}

function tokenGrantsOf({ claim }: Case): Grants {
  const parsed = parseTokenGrants(claim);
  if (parsed.kind === "rejected") throw new Error(parsed.reason);
  return parsed.grants;
}

function changesOf({ userId, table, order }: Case): readonly AccessChange[] {
  const changes = table.flatMap(({ pattern, granted, withdrawnAt }): readonly (AccessChange | undefined)[] => {
    const about = { userId: userId as UserId, verb: "subscribe", pattern: pattern as EntityPattern } as const;
    const until = granted?.until as EpochSeconds | undefined;
    return [
      granted && { ...about, kind: "grant", at: granted.at as EpochSeconds, until },
      withdrawnAt === undefined ? undefined : { ...about, kind: "withdrawal", at: withdrawnAt as EpochSeconds },
    ];
  });
  return order.flatMap((index) => changes[index] ?? []);
}

/** A user connects with the token, administrators act, and the user subscribes: all through handlers and stores. */
async function throughHandlers(one: Case) {
  const defaultGrants = parseDefaultGrants(one.defaultGrants);
  if (defaultGrants === undefined) throw new Error("SETTING_REJECTED");
  const now = one.now as EpochSeconds;
  const world = subscribingHandlers({ defaultGrants, connectedAt: now * 1000 });
  const token = { issuer: "portcullis", expiresAt: addSeconds(now, 3600) };
  const identity = { userId: one.userId as UserId };
  const verdict = { kind: "accepted", identity, token, grants: tokenGrantsOf(one) } as const;
  const policy = authorizerResponse(verdict, METHOD_ARN);
  if (policy instanceof Error) throw policy;
  // `connect` would add grants of its own.
  expect(await world.connect([], { ...policy.context })).toMatchObject({ statusCode: 200 });
  for (const change of changesOf(one)) await world.administered.record(change);
  // What another user may do is of no use to this one.
  const stranger = { userId: `${one.userId}~` as UserId, verb: "subscribe", pattern: "*" as EntityPattern } as const;
  await world.administered.record({ ...stranger, kind: "grant", at: now });
  return { world, context: { authorizer: { ...policy.context } }, defaultGrants };
}

async function seenThroughHandlers(one: Case): Promise<{ readonly handler: Seen; readonly rules: Seen }> {
  const { world, context, defaultGrants } = await throughHandlers(one);
  const frame = await world.subscribe(one.entityId, { id: "7" }, context);
  const rows = await world.subscribersOf(one.entityId);
  const { denials, decision } = world.logger.entries.at(-1) ?? {};
  const entityId = parseEntityId(one.entityId);
  if (entityId === undefined) throw new Error(`${one.entityId} is no id`);
  const requester = { userId: one.userId as UserId, grants: tokenGrantsOf(one) };
  const list = await world.administered.entriesOf(requester.userId);
  const rules = { defaultGrants, list, now: one.now as EpochSeconds };
  const verdict = decideAccess({ requester, verb: "subscribe", entityId }, rules) as AccessDecision;
  if (frame.type === "subscribed") {
    expect(frame).toEqual({ type: "subscribed", entityId: one.entityId, id: "7" });
    expect(rows).toHaveLength(1);
    expect(decision).toBeUndefined();
    return { handler: seenOf({ rule: "TOKEN_GRANT", until: rows[0]?.grantedUntil }), rules: seenOf(verdict) };
  }
  expect(frame).toMatchObject({ code: "FORBIDDEN", entityId: one.entityId, decision });
  expect(rows).toEqual([]);
  return { handler: { allowed: false, rule: String(denials?.[0]).split(" ", 1)[0] ?? "" }, rules: seenOf(verdict) };
}

describe("attack:H1 attack:H5 a subscribe through the handlers", () => {
  it("is decided as the rules and the oracle decide it, in ten thousand cases with ids that one confuses", async () => {
    await fc.assert(
      fc.asyncProperty(anyCase, async (one) => {
        const { handler, rules } = await seenThroughHandlers(one);
        const oracle = seenOf(oracleAnswer(one) ?? { rule: "undecided" });

        expect(handler).toEqual(oracle);
        expect(rules).toEqual(oracle);
      }),
      { numRuns: 10_000 },
    );
  }, 120_000);

  it("meets each answer in many of these cases", () => {
    const counts = new Map<string, number>();
    for (const one of fc.sample(anyCase, { numRuns: 3000, seed: 17 })) {
      const rule = oracleAnswer(one)?.rule ?? "undecided";
      counts.set(rule, (counts.get(rule) ?? 0) + 1);
    }
    expect([...counts.keys()].sort()).toEqual([
      ...["DEFAULT_GRANT", "GRANT_ENDED", "GRANT_WITHDRAWN", "NOT_GRANTED", "TABLE_GRANT", "TOKEN_GRANT"],
    ]);
    expect(Math.min(...counts.values())).toBeGreaterThan(30);
  });

  it("passes the grants of a token on through the authorizer's context, every one as it was", async () => {
    await fc.assert(
      fc.asyncProperty(anyCase, async (one) => {
        const { world } = await throughHandlers(one);
        const [connection] = await world.connections.inspect(
          ["gbgHYy9RVQAYKEj2kA==" as never],
          one.now as EpochSeconds,
        );
        if (connection?.kind !== "open") throw new Error("no connection");
        const { grants = [] } = world.connections.openRecord(connection.connection.id) ?? {};
        expect(grants.map(grantText)).toEqual(tokenGrantsOf(one).map(grantText));
      }),
      { numRuns: 300 },
    );
  });
});
