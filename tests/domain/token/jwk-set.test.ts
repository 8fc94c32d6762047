import { generateKeyPairSync, type JsonWebKey, type KeyObject } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ALGORITHM_NAMES, type Algorithm, findAlgorithm } from "../../../src/domain/token/algorithms.ts";
import { parseJwkSet } from "../../../src/domain/token/jwk-set.ts";

const algorithms = (...names: readonly string[]) => names.map((name) => findAlgorithm(name) as Algorithm);

type Jwk = Readonly<Record<string, string>>;

const publicJwk = ({ publicKey }: { readonly publicKey: KeyObject }) => publicKey.export({ format: "jwk" }) as Jwk;

const RSA = publicJwk(generateKeyPairSync("rsa", { modulusLength: 2048 }));
const WEAK = publicJwk(generateKeyPairSync("rsa", { modulusLength: 1024 }));
const P256 = publicJwk(generateKeyPairSync("ec", { namedCurve: "P-256" }));
const P384 = publicJwk(generateKeyPairSync("ec", { namedCurve: "P-384" }));
const ED = publicJwk(generateKeyPairSync("ed25519"));

/** The ids of the keys that count, with their algorithms; or the reason to refuse the set. */
function counting(keys: readonly unknown[], ...names: readonly string[]) {
  const check = parseJwkSet({ keys }, algorithms(...names));
  return check.kind === "refused" ? check.reason : check.keys.map((key) => [key.keyId, key.algorithm.name]);
}

describe("a JWK Set", () => {
  it("gives each key the algorithm that it names", () => {
    const keys = [
      { ...RSA, kid: "a", alg: "RS256", use: "sig" },
      { ...RSA, kid: "b", alg: "RS512", key_ops: ["verify"] },
    ];

    expect(counting(keys, "RS256", "RS512")).toEqual([
      ["a", "RS256"],
      ["b", "RS512"],
    ]);
  });

  it.each([
    ["RSA and RS256 alone", RSA, ["RS256"], ["RS256"]],
    ["RSA and PS384 alone", RSA, ["PS384"], ["PS384"]],
    ["P-384 and all of ES", P384, ["ES256", "ES384", "ES512"], ["ES384"]],
    ["Ed25519", ED, ["EdDSA"], ["EdDSA"]],
    ["RSA and two of RS: one key would verify under both", RSA, ["RS256", "RS384"], []],
    ["attack:C18 P-384 and ES256 alone", P384, ["ES256"], []],
    ["attack:C13 RSA and ES256", RSA, ["ES256"], []],
    ["attack:C13 P-256 and RS256", P256, ["RS256"], []],
    ["attack:C13 Ed25519 and ES256", ED, ["ES256"], []],
  ])("gives a key without alg the one algorithm that fits it: %s", (_row, jwk, names, found) => {
    expect(counting([{ ...jwk, kid: "a" }], ...names)).toEqual(found.map((name) => ["a", name]));
  });

  it.each<readonly [row: string, members: Record<string, unknown>]>([
    ["attack:C13 use enc", { use: "enc" }],
    ["attack:C13 use that is no text", { use: ["sig"] }],
    ["attack:C13 key_ops without verify", { key_ops: ["encrypt"] }],
    ["attack:C13 key_ops that is no list", { key_ops: "verify" }],
    ["attack:C13 alg of another key type", { alg: "ES256" }],
    ["attack:C13 alg that is not the issuer's", { alg: "RS384" }],
    ["attack:B6 alg of an HMAC", { alg: "HS256" }],
    ["attack:B6 alg none", { alg: "none" }],
    ["alg that is no text", { alg: null }],
    ["kid that is no text", { kid: 1 }],
    ["an unknown kty", { kty: "AKP" }],
    ["no kty", { kty: undefined }],
    ["attack:C14 no modulus", { n: undefined }],
    ["attack:C14 a modulus in base64", { n: `${RSA["n"]}==` }],
    ["attack:C14 a modulus of 1,024 bits", WEAK],
    ["attack:C14 a modulus of 1,024 bits behind zeros", { n: `${"A".repeat(172)}${WEAK["n"]}` }],
    ["attack:C14 an even modulus", { n: `${RSA["n"]?.slice(0, -1)}A` }],
    ["attack:C14 a modulus of 16,384 bits", { n: Buffer.alloc(2048, 255).toString("base64url") }],
    ["attack:C14 a modulus of 250,000 characters, which takes a minute to compute with", { n: "_".repeat(250_000) }],
    ["attack:C14 an exponent of 250,000 characters", { e: "_".repeat(250_000) }],
    ["attack:C14 exponent 1", { e: "AQ" }],
    ["attack:C14 exponent 3", { e: "Aw" }],
    ["attack:C14 an even exponent", { e: "AQAC" }],
    ["attack:C14 an exponent of 64 bits", { e: Buffer.alloc(8, 255).toString("base64url") }],
    ["attack:C14 a modulus of the ROCA library", { n: rocaModulus() }],
  ])("leaves out a key with %s, and keeps the others", (_row, members) => {
    const keys = [
      { ...RSA, kid: "a", ...members },
      { ...RSA, kid: "b" },
    ];

    expect(counting(keys, "RS256")).toEqual([["b", "RS256"]]);
  });

  it("attack:C14 takes RSA keys of 2,048 to 8,192 bits", () => {
    expect([2047, 2048, 8192, 8193].map((bits) => counting([{ ...RSA, n: odd(bits) }], "RS256").length)).toEqual([
      0, 1, 1, 0,
    ]);
  });

  it.each(["x", "y"] as const)("attack:C18 leaves out a key whose %s is in a list", (member) => {
    expect(counting([{ ...P256, [member]: [P256[member]] }], "ES256")).toEqual([]);
  });

  it("takes keys without kid, also several", () => {
    expect(counting([RSA, P256, ED], "RS256")).toEqual([[undefined, "RS256"]]);
    expect(counting([RSA, TWO, { ...RSA, kid: "a" }], "RS256")).toEqual([
      [undefined, "RS256"],
      [undefined, "RS256"],
      ["a", "RS256"],
    ]);
  });

  const TWO = publicJwk(generateKeyPairSync("rsa", { modulusLength: 2048 }));
  const CERTIFICATE = { x5t: "dGh1bWJwcmludA", x5c: ["MIIC+zCCAeOgAwIBAgIJ"] };

  it.each<readonly [row: string, keys: readonly unknown[], found: readonly string[]]>([
    [
      "Amazon Cognito: one key for ID tokens and one for access tokens",
      [RSA, TWO].map((key, index) => ({ ...key, alg: "RS256", use: "sig", kid: `c${index}` })),
      ["c0", "c1"],
    ],
    [
      "Auth0: the present and the next key, with certificates",
      [RSA, TWO].map((key, index) => ({ ...key, ...CERTIFICATE, alg: "RS256", use: "sig", kid: `a${index}` })),
      ["a0", "a1"],
    ],
    ["Okta", [{ ...RSA, alg: "RS256", use: "sig", kid: "o0" }], ["o0"]],
    [
      "Entra ID: no alg, and members of its own",
      [RSA, TWO].map((key, index) => ({
        ...{ ...key, ...CERTIFICATE, use: "sig", kid: `e${index}`, cloud_instance_name: "microsoftonline.com" },
        issuer: "https://login.microsoftonline.com/0f8f9a44-0000-4000-8000-000000000001/v2.0",
      })),
      ["e0", "e1"],
    ],
    [
      "Keycloak: a key for encryption beside the one that signs",
      [
        { ...TWO, ...CERTIFICATE, "x5t#S256": "dGh1bWJwcmludA", alg: "RSA-OAEP", use: "enc", kid: "k0" },
        { ...RSA, ...CERTIFICATE, "x5t#S256": "dGh1bWJwcmludA", alg: "RS256", use: "sig", kid: "k1" },
      ],
      ["k1"],
    ],
    [
      "Firebase",
      [RSA, TWO].map((key, index) => ({ ...key, alg: "RS256", use: "sig", kid: `f${index}` })),
      ["f0", "f1"],
    ],
    [
      "a provider with keys of every kind",
      [
        P256,
        P384,
        ED,
        { kty: "OKP", crv: "X25519", x: "AQAB" },
        { kty: "AKP", alg: "ML-DSA-44", pub: "AQAB" },
        RSA,
      ].map((key, index) => ({ ...key, kid: String(index) })),
      ["5"],
    ],
  ])("gives the keys that sign, as published by %s", (_row, keys, found) => {
    expect(counting(keys, "RS256")).toEqual(found.map((kid) => [kid, "RS256"]));
  });

  it.each([
    ["RSA", RSA, "RS256"],
    ["EC", P256, "ES256"],
    ["OKP", ED, "EdDSA"],
  ])("keeps nothing of a key but the members that make it: %s", (_kty, jwk, name) => {
    const check = parseJwkSet({ keys: [{ ...jwk, x5c: ["MIIB"], ext: false, extra: {} }] }, algorithms(name));

    expect(check).toStrictEqual({ kind: "keys", keys: [{ algorithm: findAlgorithm(name), jwk }] });
  });

  it.each(["d", "p", "q", "dp", "dq", "qi", "oth", "k", "priv"])(
    "attack:C12 is refused as a whole if one key has the member %s",
    (member) => {
      expect(
        counting(
          [
            { ...RSA, kid: "a" },
            { kty: "new", [member]: "AQAB" },
          ],
          "RS256",
        ),
      ).toBe("JWKS_KEY_NOT_PUBLIC");
    },
  );

  it("attack:C12 is refused as a whole if it has a symmetric key", () => {
    expect(counting([{ ...P256, kid: "a" }, { kty: "oct" }], "ES256")).toBe("JWKS_KEY_NOT_PUBLIC");
  });

  it("attack:C12 is refused as a whole if it has real private keys", () => {
    const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const jwk: JsonWebKey = privateKey.export({ format: "jwk" });

    expect(counting([jwk], "ES256")).toBe("JWKS_KEY_NOT_PUBLIC");
  });

  it("attack:C11 is refused as a whole if two keys have one kid, also where one of them would not count", () => {
    const keys = [
      { ...P256, kid: "a" },
      { ...P384, kid: "a", use: "enc" },
    ];

    expect(counting(keys, "ES256")).toBe("JWKS_KEY_ID_REPEATED");
  });

  it("is refused if it has more than 100 keys", () => {
    const keys = Array.from({ length: 101 }, (_, index) => ({ ...P256, kid: String(index) }));

    expect(counting(keys, "ES256")).toBe("JWKS_TOO_LARGE");
    expect(counting(keys.slice(1), "ES256")).toHaveLength(100);
  });

  it.each([
    [undefined],
    [null],
    ["{}"],
    [[]],
    [{}],
    [{ keys: {} }],
    [{ keys: [1] }],
    [{ keys: [[]] }],
    [{ keys: [null] }],
    [P256],
    [Object.create({ keys: [P256] })],
  ])("is refused if it is none: %o", (value) => {
    expect(parseJwkSet(value, algorithms("ES256"))).toEqual({ kind: "refused", reason: "JWKS_MALFORMED" });
  });

  it("may be empty: then no key counts", () => {
    expect(counting([], "ES256")).toEqual([]);
  });

  it("has no key for an HMAC or for none, whatever it says", () => {
    const anyKey = fc.record(
      {
        kty: fc.constantFrom("RSA", "EC", "OKP", "none", ""),
        crv: fc.constantFrom("P-256", "Ed25519", undefined),
        alg: fc.constantFrom(...ALGORITHM_NAMES, "none", ""),
        n: fc.constant(RSA["n"]),
        e: fc.constant("AQAB"),
        x: fc.constant("AQAB"),
        y: fc.constant("AQAB"),
      },
      { requiredKeys: [] },
    );

    fc.assert(
      fc.property(anyKey, (jwk) => {
        expect(counting([jwk], "HS256", "HS384", "HS512")).toEqual([]);
      }),
    );
  });

  it("never throws", () => {
    fc.assert(
      fc.property(fc.record({ keys: fc.array(fc.dictionary(fc.string(), fc.jsonValue())) }), (value) => {
        parseJwkSet(value, algorithms("RS256"));
      }),
    );
  });
});

/** An odd modulus of that many bits. */
function odd(bits: number): string {
  const hex = (2n ** BigInt(bits) - 1n).toString(16);
  return Buffer.from(hex.padStart(2 * Math.ceil(bits / 8), "0"), "hex").toString("base64url");
}

/** A modulus as that library makes it: a power of 65537 modulo the product of all small primes (CVE-2017-15361). */
function rocaModulus(): string {
  const primes = [
    ...[2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97, 101, 103],
    ...[107, 109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167],
  ];
  const product = primes.reduce((result, prime) => result * BigInt(prime), 1n);
  let residue = 1n;
  for (let power = 0; power < 12_345; power += 1) residue = (residue * 65_537n) % product;
  const modulus = (2n ** 2047n / product + 1n) * product + residue;
  return Buffer.from(modulus.toString(16), "hex").toString("base64url");
}
