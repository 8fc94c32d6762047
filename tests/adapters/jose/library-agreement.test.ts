import { randomInt } from "node:crypto";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { parseCompactJws, parseTokenPart } from "../../../src/adapters/jose/unverified-jws.ts";
import type { EpochSeconds } from "../../../src/domain/time.ts";
import { ALGORITHM_NAMES } from "../../../src/domain/token/algorithms.ts";
import { judgeClaims } from "../../../src/domain/token/claims.ts";
import { validateHeader } from "../../../src/domain/token/header.ts";
import { mutator } from "../../support/mutated-tokens.ts";
import { librariesFor } from "../../support/other-libraries.ts";
import { configured, LIMITS, LONG_SECRET, verdictsOf } from "../../support/providers.ts";
import { newPair, published, type SigningKey, signJws } from "../../support/signed-jws.ts";

const NOW = 1_800_000_000;
const AUDIENCE = "api";

/** An issuer for an algorithm, with the decisions of this project and of the libraries on its tokens. */
function subject(alg: string) {
  const issuer = `https://${alg.toLowerCase()}.example`;
  const pair = alg.startsWith("HS") ? undefined : newPair(alg);
  const jwks = { keys: pair === undefined ? [] : [published(pair.publicKey, { kid: "1", alg })] };
  const entry = {
    issuer,
    audience: AUDIENCE,
    algorithms: [alg],
    ...(pair === undefined ? { secret: true } : { jwks }),
  };
  const verdictOn = verdictsOf(NOW, entry);
  const key: SigningKey = pair?.privateKey ?? LONG_SECRET;
  return {
    alg,
    weAccept: async (token: string) => (await verdictOn(token)).kind === "accepted",
    libraries: librariesFor({
      ...{ alg, issuer, audience: AUDIENCE, leewaySeconds: LIMITS.leewaySeconds, jwks },
      key: pair?.publicKey ?? LONG_SECRET,
    }),
    sign: (claims: object = {}, header: object = {}, signing: SigningKey = key) =>
      signJws({
        ...{ alg, key: signing },
        header: { typ: "JWT", kid: "1", ...header },
        payload: { iss: issuer, aud: AUDIENCE, sub: "ann", iat: NOW, exp: NOW + 3600, ...claims },
      }),
    stranger: pair === undefined ? `${LONG_SECRET}x` : newPair(alg).privateKey,
  };
}

const subjects = ALGORITHM_NAMES.map(subject);

beforeAll(() => {
  vi.useFakeTimers({ toFake: ["Date"], now: NOW * 1000 });
});

afterAll(() => {
  vi.useRealTimers();
});

/** Mostly good values, so that most tokens have one mistake or none. */
function mostly(good: fc.Arbitrary<unknown>, ...bad: readonly unknown[]): fc.Arbitrary<unknown> {
  return fc.oneof({ weight: 8, arbitrary: good }, { weight: 1, arbitrary: fc.constantFrom(...bad) });
}

const NO_DATES = [null, "1800000100", 0, -1, 1e20, true, [], {}];
const near = fc.integer({ min: NOW - 7, max: NOW + 7 });
const past = fc.integer({ min: NOW - 3600, max: NOW });

const claims = fc.record(
  {
    exp: mostly(fc.oneof(fc.integer({ min: NOW + 8, max: NOW + 3600 }), near), NOW + 100_000, ...NO_DATES),
    nbf: mostly(fc.oneof(past, near), ...NO_DATES),
    iat: mostly(fc.oneof(past, near), ...NO_DATES),
    iss: mostly(fc.constant(undefined), "other", [], null),
    aud: mostly(fc.constantFrom<unknown>(AUDIENCE, ["other", AUDIENCE]), "other", [], [AUDIENCE, 1]),
    sub: mostly(fc.constant("ann"), 1, "", null),
    jti: mostly(fc.constant("6f1f9c1e"), 1, "", "x".repeat(200)),
  },
  { requiredKeys: [] },
);
const header = fc.record(
  {
    typ: mostly(fc.constantFrom("JWT", "jwt"), "at+jwt", 1),
    kid: mostly(fc.constant("1"), "2", 1, undefined),
    alg: mostly(fc.constant(undefined), "none", "HS256", "RS256", "ES256"),
    crit: mostly(fc.constant(undefined), ["exp"]),
  },
  { requiredKeys: [] },
);

/** Members without a value are as if they were not there. */
const known = (record: object) => Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined));

describe("beside other libraries", () => {
  it.each(subjects.map((one) => [one.alg, one] as const))(
    "%s: accepts no token that one of them refuses under the same policy",
    async (_alg, { weAccept, libraries, sign, stranger }) => {
      const counts = { accepted: 0, refused: 0 };

      await fc.assert(
        fc.asyncProperty(claims, header, fc.integer({ min: 0, max: 9 }), async (changed, head, dice) => {
          const token = sign(known(changed), known(head), ...(dice === 0 ? [stranger] : []));
          const ours = await weAccept(token);
          counts[ours ? "accepted" : "refused"] += 1;
          const refusing = ours ? libraries.filter(([, accepts]) => !accepts(token)).map(([name]) => name) : [];
          expect(refusing).toEqual([]);
        }),
        { numRuns: 300 },
      );

      expect(libraries.length).toBeGreaterThan(0);
      expect(counts.accepted).toBeGreaterThan(20);
      expect(counts.refused).toBeGreaterThan(20);
    },
  );
});

describe("100,000 mutated tokens", () => {
  const TOKENS = 100_000;
  const AT_ONCE = 100;
  const seed = Number(process.env["MUTATED_TOKENS_SEED"] ?? randomInt(2 ** 32));

  beforeAll(() => {
    process.stdout.write(`mutated tokens: MUTATED_TOKENS_SEED=${seed} repeats them\n`);
  });

  it("attack:A10 are refused, and the good ones among them are accepted by us and by the libraries", async () => {
    const mutate = mutator(seed);
    const goods = subjects.map((one) => one.sign());
    const wrong: string[] = [];
    let refused = 0;
    let controls = 0;

    for (let done = 0; done < TOKENS; done += AT_ONCE) {
      const batch = Array.from({ length: AT_ONCE }, async (_, index) => {
        const place = (done + index) % subjects.length;
        const { weAccept, libraries, alg } = subjects[place] ?? fail();
        const good = goods[place] ?? fail();
        // One in a hundred is not mutated, so that a verifier which refuses all is found out.
        const token = index === 0 ? good : mutate(good, goods);
        const ours = await weAccept(token);
        if (goods.includes(token)) {
          controls += 1;
          const all = token === good && ours && libraries.every(([, accepts]) => accepts(token));
          if (!all && token === good) wrong.push(`${alg} refused its good token`);
        } else if (ours) wrong.push(`${alg} accepted ${token}`);
        else refused += 1;
      });
      await Promise.all(batch);
    }

    expect(wrong).toEqual([]);
    expect(controls).toBeGreaterThanOrEqual(TOKENS / AT_ONCE);
    expect(refused + controls).toBe(TOKENS);
    expect(refused).toBeGreaterThan(TOKENS * 0.95);
  }, 60_000);
});

describe("mutated tokens", () => {
  it("would find a verifier that checks all but the signature (positive control)", () => {
    const { policy } =
      configured({ issuer: "portcullis", audience: AUDIENCE, algorithms: ["HS256"], secret: true })[0] ?? fail();
    const payload = { iss: policy.issuer, aud: AUDIENCE, sub: "ann", exp: NOW + 3600 };
    const good = signJws({ alg: "HS256", key: LONG_SECRET, header: { kid: "1" }, payload });
    const mutate = mutator(1);
    const unsigned = (token: string) => {
      const jws = parseCompactJws(token);
      if (jws.kind === "rejected") return false;
      const [head, body] = [parseTokenPart(jws.header), parseTokenPart(jws.payload)];
      if (head === undefined || body === undefined || validateHeader(head, policy).kind === "rejected") return false;
      return judgeClaims(body, policy, NOW as EpochSeconds).kind === "accepted";
    };

    const found = Array.from({ length: 2000 }, () => mutate(good, [good])).filter(
      (token) => token !== good && unsigned(token),
    );

    expect(found.length).toBeGreaterThan(100);
  });

  it("are the same for one seed", () => {
    const first = mutator(7);
    const second = mutator(7);
    const third = mutator(8);
    const mutated = (mutate: typeof first) => Array.from({ length: 50 }, () => mutate("eyJ.eyJ.abcdef", ["a.b.c"]));

    expect(mutated(second)).toEqual(mutated(first));
    expect(mutated(third)).not.toEqual(mutated(mutator(7)));
  });
});

function fail(): never {
  throw new Error("no such subject");
}
