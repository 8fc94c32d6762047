import type { JsonWebKey } from "node:crypto";
import { describe, expect, it } from "vitest";
import { ALGORITHM_NAMES, type Algorithm, findAlgorithm, fitsKey } from "../../../src/domain/token/algorithms.ts";
import { newPair, signatureOf } from "../../support/signed-jws.ts";

const ALGORITHMS = ALGORITHM_NAMES.map((name) => findAlgorithm(name) as Algorithm);

/** The kind of the name: its letters, and for ECDSA the whole, since each has a curve of its own. */
const kindOf = (name: string) => (name.startsWith("ES") ? name : name.replace(/\d+$/, ""));

it("the algorithms are those of RFC 7518 3.1 and RFC 8037 3.1, without none", () => {
  const numbered = ["HS", "RS", "PS", "ES"].flatMap((family) => ["256", "384", "512"].map((bits) => family + bits));

  expect(ALGORITHM_NAMES).toEqual([...numbered, "EdDSA"]);
});

it.each([undefined, null, "", "none", "hs256", "HS256 ", 256, ["HS256"]])("%j is no algorithm", (name) => {
  expect(findAlgorithm(name)).toBeUndefined();
});

describe.each(ALGORITHMS)("$name", (algorithm) => {
  const { name, family, signatureBytes } = algorithm;
  const pair = family === "HS" ? undefined : newPair(name);
  const jwk: JsonWebKey = pair?.publicKey.export({ format: "jwk" }) ?? { kty: "oct" };

  it("has the family of its name", () => {
    expect(family).toBe(name.replace(/\d+$/, ""));
  });

  it("has signatures of the stated length", () => {
    const signature = signatureOf(name, pair?.privateKey ?? "planted-signing-secret", Buffer.from("a.b"));

    expect(signature).toHaveLength(signatureBytes ?? 256);
  });

  it("attack:C13 has keys that fit the algorithms of its kind, and no others", () => {
    const isOfRsa = family === "RS" || family === "PS";
    const own = ALGORITHM_NAMES.filter((other) => (isOfRsa ? /^[RP]S/.test(other) : kindOf(other) === kindOf(name)));
    const fitting = ALGORITHMS.filter((other) => fitsKey(other, jwk.kty, jwk.crv));

    expect(fitting.map((other) => other.name)).toEqual(own);
  });

  it.each(["oct", "RSA", "EC", "OKP", "AKP", undefined].filter((kty) => kty !== jwk.kty))(
    "attack:C13 has no key of the type %s",
    (kty) => {
      expect(fitsKey(algorithm, kty, jwk.crv)).toBe(false);
    },
  );
});
