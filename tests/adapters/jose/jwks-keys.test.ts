import type { CryptoKey } from "jose";
import { describe, expect, it, onTestFinished } from "vitest";
import { JoseTokenVerifier } from "../../../src/adapters/jose/jose-token-verifier.ts";
import { InlineVerificationKeys, JwksVerificationKeys } from "../../../src/adapters/jose/jwks-keys.ts";
import { HttpsJwkSetSource } from "../../../src/adapters/jwks/https-jwk-set-source.ts";
import type { JwkSetSource } from "../../../src/application/ports/jwk-sets.ts";
import type { VerificationKeys } from "../../../src/application/ports/tokens.ts";
import { type Algorithm, findAlgorithm, HS256 } from "../../../src/domain/token/algorithms.ts";
import type { UnverifiedToken } from "../../../src/domain/token/credentials.ts";
import { FixedClock } from "../../fakes/fixed-clock.ts";
import { RecordingLogger } from "../../fakes/recording-logger.ts";
import { JwksServer } from "../../support/jwks-server.ts";
import { configured, LIMITS } from "../../support/providers.ts";
import { newPair, published, signJws } from "../../support/signed-jws.ts";

const ES256 = findAlgorithm("ES256") ?? HS256;
const ES384 = findAlgorithm("ES384") ?? HS256;

const pairs = { a: newPair("ES256"), b: newPair("ES256"), c: newPair("ES384") };
const KEY_A = published(pairs.a.publicKey, { kid: "a" });
const KEY_B = published(pairs.b.publicKey, { kid: "b" });
const KEY_C = published(pairs.c.publicKey, { kid: "c" });

/** An issuer's keys as a test publishes them, until it is down. */
class PublishedSet implements JwkSetSource {
  requests = 0;
  isDown = false;
  value: unknown;
  readonly withinMillis: number[] = [];

  constructor(...keys: readonly unknown[]) {
    this.value = { keys };
  }

  async fetch(withinMillis: number): Promise<unknown> {
    this.requests += 1;
    this.withinMillis.push(withinMillis);
    if (this.isDown) throw Object.assign(new Error("planted: https://issuer.example"), { code: "ECONNRESET" });
    return this.value;
  }
}

const ISSUER = "https://issuer.example";

function over(source: JwkSetSource, algorithms: readonly [Algorithm, ...Algorithm[]] = [ES256, ES384]) {
  const clock = new FixedClock(1_800_000_000_000);
  const logger = new RecordingLogger();
  const policy = { issuer: ISSUER, algorithms };
  return { clock, logger, keys: new JwksVerificationKeys({ source, policy, clock, logger }) };
}

type Keys = VerificationKeys<CryptoKey>;

async function found(keys: Keys, keyId: string | undefined, algorithm = ES256): Promise<readonly CryptoKey[]> {
  const all: CryptoKey[] = [];
  const header = { kind: "header", algorithm, ...(keyId !== undefined && { keyId }) } as const;
  for await (const key of keys.candidates(header)) all.push(key);
  return all;
}

const count = async (...args: Parameters<typeof found>) => (await found(...args)).length;

const unavailable = { name: "DependencyUnavailableError", dependency: "JWKS" };

describe("the keys of an issuer with a JWKS", () => {
  it("are fetched once, and chosen by kid and algorithm", async () => {
    const source = new PublishedSet(KEY_A, KEY_B, KEY_C);
    const { keys } = over(source);

    const [a] = await found(keys, "a");
    const [b] = await found(keys, "b");
    const [c] = await found(keys, "c", ES384);

    expect([a, b, c].map((key) => key?.algorithm.name)).toEqual(["ECDSA", "ECDSA", "ECDSA"]);
    expect(a).not.toBe(b);
    expect(source.requests).toBe(1);
  });

  it("attack:C13 never verify under another algorithm than their own", async () => {
    const { keys } = over(new PublishedSet(KEY_A, KEY_C));

    expect([await count(keys, "a", ES384), await count(keys, "c", ES256)]).toEqual([0, 0]);
  });

  it("are one for a token without kid, if one alone has its algorithm", async () => {
    const { keys } = over(new PublishedSet(KEY_A, KEY_C));

    expect([await count(keys, undefined, ES256), await count(keys, undefined, ES384)]).toEqual([1, 1]);
  });

  it("attack:C6 are none for a token without kid, if two have its algorithm", async () => {
    const { keys } = over(new PublishedSet(KEY_A, KEY_B));

    expect(await count(keys, undefined)).toBe(0);
  });

  it.each(["__proto__", "constructor", "../a", "A", "a ", "", "https://evil.example/key"])(
    "attack:C1 are none for the kid %j, and nothing but the configured address is asked",
    async (kid) => {
      const { keys } = over(new PublishedSet(KEY_A));

      expect(await count(keys, kid)).toBe(0);
    },
  );

  it.each([
    ["attack:C18 a point that is on no curve", { ...KEY_A, y: KEY_A.x }],
    ["attack:C18 x and y swapped", { ...KEY_A, x: KEY_A.y, y: KEY_A.x }],
    ["attack:C18 the point of another curve", { ...KEY_A, x: KEY_C.x, y: KEY_C.y }],
    ["attack:C18 the curve's name of another key", { ...KEY_C, kid: "a", crv: "P-256" }],
    ["attack:C18 an empty point", { ...KEY_A, x: "", y: "" }],
    ["attack:C18 a point of zeros", { ...KEY_A, x: "A".repeat(43), y: "A".repeat(43) }],
  ])("leave out %s, and keep the others", async (_row, jwk) => {
    const { keys } = over(new PublishedSet(jwk, KEY_B));

    expect([await count(keys, "a"), await count(keys, "b")]).toEqual([0, 1]);
  });

  it("are asked for again if a kid is unknown: a rotation is noticed at once", async () => {
    const source = new PublishedSet(KEY_A);
    const { keys } = over(source);
    await found(keys, "a");

    source.value = { keys: [KEY_A, KEY_B] };

    expect(await count(keys, "b")).toBe(1);
    expect(source.requests).toBe(2);
  });

  it("attack:C7 are asked for at most once in ten seconds, however many unknown kids come", async () => {
    const source = new PublishedSet(KEY_A);
    const { keys, clock } = over(source);
    await found(keys, "a");
    const requests: number[] = [];

    for (let second = 0; second < 60; second += 1) {
      await Promise.all(Array.from({ length: 50 }, (_, index) => found(keys, `unknown-${second}-${index}`)));
      requests.push(source.requests);
      clock.advance(1);
    }

    expect(requests.at(-1)).toBe(1 + 6);
    expect(requests[9]).toBe(2);
  });

  it("attack:C7 are asked for at most once in ten seconds by bad signatures without kid", async () => {
    const source = new PublishedSet(KEY_A);
    const { keys } = over(source);

    for (let attempt = 0; attempt < 100; attempt += 1) expect(await count(keys, undefined)).toBe(1);

    expect(source.requests).toBe(2);
  });

  it("are not asked for again by a bad signature under a known kid", async () => {
    const source = new PublishedSet(KEY_A);
    const { keys } = over(source);

    for (let attempt = 0; attempt < 100; attempt += 1) await found(keys, "a");

    expect(source.requests).toBe(1);
  });

  it("notice that the one key of tokens without kid was replaced", async () => {
    const source = new PublishedSet(KEY_A);
    const { keys, clock } = over(source);
    const [before] = await found(keys, undefined);

    clock.advance(10);
    source.value = { keys: [KEY_B] };
    const [first, second, ...more] = await found(keys, undefined);

    expect(first).toBe(before);
    expect(second).toBeDefined();
    expect(second).not.toBe(before);
    expect(more).toEqual([]);
  });

  it("keep their objects if the set has not changed: each key comes once", async () => {
    const source = new PublishedSet(KEY_A);
    const { keys, clock } = over(source);
    const [before] = await found(keys, "a");

    source.value = { keys: [KEY_B, structuredClone(KEY_A)] };
    clock.advance(601);

    expect(await found(keys, "a")).toEqual([before]);
    expect((await found(keys, "a"))[0]).toBe(before);
    expect(source.requests).toBe(2);
  });

  it("share one request among all concurrent tokens", async () => {
    const source = new PublishedSet(KEY_A);
    const { keys } = over(source);

    await Promise.all(Array.from({ length: 1000 }, () => found(keys, "a")));

    expect(source.requests).toBe(1);
  });

  it("attack:C15 stop counting at the next refresh after they are withdrawn, ten minutes later at the latest", async () => {
    const source = new PublishedSet(KEY_A, KEY_B);
    const { keys, clock } = over(source);
    await found(keys, "a");

    source.value = { keys: [KEY_B] };
    clock.advance(599);
    const inTime = await count(keys, "a");
    clock.advance(1);

    expect([inTime, await count(keys, "a"), await count(keys, "b")]).toEqual([1, 0, 1]);
  });

  it("attack:C15 stop counting at once if an unknown kid causes the refresh", async () => {
    const source = new PublishedSet(KEY_A, KEY_B);
    const { keys } = over(source);
    await found(keys, "a");

    source.value = { keys: [KEY_B] };
    await found(keys, "unknown");

    expect(await count(keys, "a")).toBe(0);
  });

  it("attack:C8 are a fault while the issuer is down, with one request in each growing pause", async () => {
    const source = new PublishedSet(KEY_A);
    source.isDown = true;
    const { keys, clock } = over(source);
    const requests: number[] = [];

    for (let second = 0; second < 60; second += 1) {
      const tokens = Array.from({ length: 20 }, (_, index) => found(keys, index % 2 === 0 ? "a" : `u${index}`));
      for (const outcome of await Promise.allSettled(tokens)) {
        expect(outcome).toMatchObject({ status: "rejected", reason: unavailable });
      }
      requests.push(source.requests);
      clock.advance(1);
    }

    // At 0, 1, 3, 7, 15, 31 seconds.
    expect(requests.at(-1)).toBe(6);
    source.isDown = false;
    clock.advance(30);
    expect(await count(keys, "a")).toBe(1);
  });

  it("attack:C9 bridge an outage for an hour, and the log says of which issuer", async () => {
    const source = new PublishedSet(KEY_A);
    const { keys, clock, logger } = over(source);
    await found(keys, "a");
    source.isDown = true;

    clock.advance(3599);
    expect(await count(keys, "a")).toBe(1);
    clock.advance(1);
    await expect(found(keys, "a")).rejects.toMatchObject(unavailable);

    expect(logger.entries).toEqual([
      {
        ...{ level: "warn", message: "issuer's keys not refreshed", issuer: ISSUER },
        ...{ errorName: "Error", errorCode: "ECONNRESET" },
      },
    ]);
  });

  it("attack:C9 leave a token under an unknown kid undecided in an outage: its key may be new", async () => {
    const source = new PublishedSet(KEY_A);
    const { keys } = over(source);
    await found(keys, "a");
    source.isDown = true;

    await expect(found(keys, "b")).rejects.toMatchObject(unavailable);
    expect(await count(keys, "a")).toBe(1);
  });

  it.each([
    ["attack:C10 a page", undefined, "JWKS_MALFORMED"],
    ["attack:C12 a private key", { keys: [pairs.b.privateKey.export({ format: "jwk" })] }, "JWKS_KEY_NOT_PUBLIC"],
    ["attack:C12 a secret", { keys: [KEY_A, { kty: "oct", k: "AQAB" }] }, "JWKS_KEY_NOT_PUBLIC"],
    ["attack:C11 a kid twice", { keys: [KEY_A, { ...KEY_B, kid: "a" }] }, "JWKS_KEY_ID_REPEATED"],
  ])(
    "attack:C10 are a fault if the issuer publishes %s, and the set before it bridges that",
    async (_row, value, code) => {
      const source = new PublishedSet(KEY_B);
      const { keys, clock, logger } = over(source);
      source.value = value;
      await expect(found(keys, "a")).rejects.toMatchObject({ ...unavailable, cause: { code } });

      source.value = { keys: [KEY_B] };
      clock.advance(1);
      await found(keys, "b");
      source.value = value;
      clock.advance(600);

      expect([await count(keys, "b"), logger.entries.map(({ errorCode }) => errorCode)]).toEqual([1, [code]]);
      await expect(found(keys, "a")).rejects.toMatchObject(unavailable);
    },
  );

  it("attack:C12 are none if the issuer publishes an empty set: all are withdrawn", async () => {
    const source = new PublishedSet(KEY_A);
    const { keys, clock } = over(source);
    await found(keys, "a");

    source.value = { keys: [] };
    clock.advance(600);

    expect(await count(keys, "a")).toBe(0);
  });

  it.each<readonly [row: string, keys: readonly unknown[]]>([
    ["no key", []],
    ["keys of another algorithm", [published(newPair("RS256").publicKey, { kid: "a" })]],
    ["keys on no curve", [{ ...KEY_A, y: KEY_A.x }]],
  ])(
    "attack:C12 are none if the issuer publishes %s, and the log says so: all its tokens are refused",
    async (_row, set) => {
      const { keys, logger } = over(new PublishedSet(...set));

      expect([await count(keys, "a"), await count(keys, "a")]).toEqual([0, 0]);
      const note = { level: "warn", message: "issuer has no usable key", issuer: ISSUER };
      expect(logger.entries).toEqual([note, note]);
    },
  );

  it("are primed with one request of half a second, which the first token needs no more", async () => {
    const source = new PublishedSet(KEY_A);
    const { keys } = over(source);

    await keys.prime();

    expect(await count(keys, "a")).toBe(1);
    expect(source.withinMillis).toEqual([500]);
  });

  it("are asked for in two seconds after a priming that failed, without a pause", async () => {
    const source = new PublishedSet(KEY_A);
    const { keys } = over(source);
    source.isDown = true;
    await expect(keys.prime()).rejects.toMatchObject(unavailable);
    source.isDown = false;

    expect(await count(keys, "a")).toBe(1);
    expect(source.withinMillis).toEqual([500, 2000]);
  });
});

describe("keys that stand in the configuration", () => {
  it("are chosen in the same way, and imported once", async () => {
    const [issuer] = configured({
      ...{ issuer: "https://issuer.example", audience: "api", algorithms: ["ES256", "ES384"] },
      jwks: { keys: [KEY_A, KEY_C] },
    });
    const keys = new InlineVerificationKeys(issuer?.keys.kind === "published" ? issuer.keys.keys : []);
    await keys.prime();

    expect([await count(keys, "a"), await count(keys, undefined), await count(keys, "c", ES384)]).toEqual([1, 1, 1]);
    expect((await found(keys, "a"))[0]).toBe((await found(keys, undefined))[0]);
    expect([await count(keys, "a", ES384), await count(keys, "unknown")]).toEqual([0, 0]);
  });
});

describe("an issuer over HTTPS", () => {
  it("rotates its keys, vanishes and comes back, and no good token is refused but in a long outage", async () => {
    const server = await JwksServer.start(onTestFinished);
    const clock = new FixedClock(1_800_000_000_000);
    const logger = new RecordingLogger();
    const [issuer] = configured({
      issuer: "https://issuer.example",
      audience: "api",
      algorithms: ["ES256"],
      jwksUrl: server.url,
    });
    if (issuer === undefined) throw new Error("no issuer");
    const source = new HttpsJwkSetSource(server.url, server.ca);
    const { policy } = issuer;
    const keys = new JwksVerificationKeys({ source, policy, clock, logger });
    const verifier = new JoseTokenVerifier([{ policy, keys }]);
    const kindOf = async (kid: "a" | "b") => {
      const payload = { iss: policy.issuer, aud: "api", sub: "ann", exp: clock.now() / 1000 + 60 };
      const token = signJws({ alg: "ES256", key: pairs[kid].privateKey, header: { kid }, payload });
      return (await verifier.verify(token as UnverifiedToken)).kind;
    };

    server.publish(KEY_A);
    await keys.prime();
    expect(await kindOf("a")).toBe("verified");
    expect(await kindOf("b")).toBe("rejected");

    clock.advance(10);
    server.publish(KEY_A, KEY_B);
    expect([await kindOf("b"), await kindOf("a")]).toEqual(["verified", "verified"]);

    clock.advance(600);
    server.publish(KEY_B);
    expect([await kindOf("b"), await kindOf("a")]).toEqual(["verified", "rejected"]);
    const requests = server.requested.length;

    clock.advance(700);
    server.respond = (response) => void response.destroy();
    expect(await kindOf("b")).toBe("verified");
    clock.advance(LIMITS.maxLifetimeSeconds);
    await expect(kindOf("b")).rejects.toMatchObject(unavailable);

    clock.advance(60);
    server.publish(KEY_B);
    expect(await kindOf("b")).toBe("verified");
    expect(server.requested.length - requests).toBe(3);
  });
});
