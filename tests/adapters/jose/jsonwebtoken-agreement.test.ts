import fc from "fast-check";
import jsonwebtoken from "jsonwebtoken";
import { describe, expect, it } from "vitest";
import { FixedSigningSecrets } from "../../../src/adapters/in-memory/fixed-signing-secrets.ts";
import { Secret } from "../../../src/domain/secret.ts";
import { FixedClock } from "../../fakes/fixed-clock.ts";
import { tokenAttacks } from "../../support/attacks/token-attacks.ts";
import { forgeJws } from "../../support/forged-jws.ts";
import { AUDIENCE, goodClaims, POLICY, SECRET_TEXT } from "../../support/good-token.ts";
import { authorizeOver } from "../../support/one-issuer.ts";

const NOW = 1_800_000_000;

const authorize = authorizeOver(new FixedSigningSecrets(new Secret(SECRET_TEXT)), new FixedClock(NOW * 1000));

async function weAccept(token: string): Promise<boolean> {
  const { kind } = await authorize({
    credentials: { query: [token], subprotocols: [], authorization: [] },
    origins: [],
  });
  return kind === "accepted";
}

function theyAccept(token: string): boolean {
  try {
    jsonwebtoken.verify(token, SECRET_TEXT, {
      algorithms: ["HS256"],
      issuer: POLICY.issuer,
      audience: AUDIENCE,
      clockTolerance: POLICY.leewaySeconds,
      clockTimestamp: NOW,
    });
    return true;
  } catch {
    return false;
  }
}

/** Mostly good values, so that most tokens have one mistake or none. */
function mostly(good: fc.Arbitrary<unknown>, ...bad: readonly unknown[]): fc.Arbitrary<unknown> {
  return fc.oneof({ weight: 8, arbitrary: good }, { weight: 1, arbitrary: fc.constantFrom(...bad) });
}

const NO_DATES = [null, "1800000100", 0, -1, 1e20, true, [], {}];

/** Dates around the moment and the leeway, in whole seconds and between them. */
const near = fc.oneof(
  fc.integer({ min: NOW - 7, max: NOW + 7 }),
  fc.double({ min: NOW - 7, max: NOW + 7, noNaN: true }),
);
const past = fc.integer({ min: NOW - 3600, max: NOW });
const later = fc.integer({ min: NOW + 8, max: NOW + 86_400 });

const changes = fc.record(
  {
    exp: mostly(fc.oneof(later, near), NOW + 86_401, ...NO_DATES),
    nbf: mostly(fc.oneof(past, near), ...NO_DATES),
    iat: mostly(fc.oneof(past, near), ...NO_DATES),
    iss: mostly(fc.constant(POLICY.issuer), "other", [POLICY.issuer], null),
    aud: mostly(fc.constantFrom<unknown>(AUDIENCE, ["other", AUDIENCE]), "other", [], [AUDIENCE, 1]),
    sub: mostly(fc.constant("ann"), "bob", 1),
  },
  { requiredKeys: [] },
);
const headers = mostly(fc.constant({ alg: "HS256", typ: "JWT" }), { alg: "HS512" }, { alg: "HS256", typ: "at+jwt" });
const keys = fc.oneof({ weight: 9, arbitrary: fc.constant(SECRET_TEXT) }, fc.constant(`${SECRET_TEXT}x`));

describe("beside jsonwebtoken", () => {
  it("accepts no token that jsonwebtoken refuses under the same policy", async () => {
    const counts = { both: 0, theyAlone: 0, neither: 0 };

    await fc.assert(
      fc.asyncProperty(changes, headers, keys, async (claims, header, key) => {
        const payload = { ...goodClaims(NOW), ...claims };
        const token = forgeJws({ header, payload, key });
        const [ours, theirs] = [await weAccept(token), theyAccept(token)];

        expect(ours && !theirs).toBe(false);
        counts[ours ? "both" : theirs ? "theyAlone" : "neither"] += 1;
      }),
      { numRuns: 5000 },
    );

    expect(counts.both).toBeGreaterThan(100);
    expect(counts.theyAlone).toBeGreaterThan(100);
    expect(counts.neither).toBeGreaterThan(100);
  });

  it("refuses rows of the attack table that jsonwebtoken accepts", () => {
    const target = { secret: SECRET_TEXT, now: NOW };
    const letIn = tokenAttacks.filter(({ token }) => theyAccept(token(target)));

    expect(letIn.length).toBeGreaterThan(50);
  });
});
