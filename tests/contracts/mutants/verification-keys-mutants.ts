import { webcrypto } from "node:crypto";
import type { CryptoKey } from "jose";
import { DependencyUnavailableError } from "../../../src/application/errors.ts";
import type { VerificationKeys } from "../../../src/application/ports/tokens.ts";
import { findAlgorithm, HS256 } from "../../../src/domain/token/algorithms.ts";
import type { Mutant } from "../describe-mutants.ts";
import type { VerificationKeysSubject } from "../verification-keys.contract.ts";

type Source = { asked: number; readonly isDown: boolean; read(curve?: string): Promise<CryptoKey> };

/** A source with one key. */
function aSource(isDown = false): Source {
  const source: Source = {
    asked: 0,
    isDown,
    read: async (namedCurve = "P-256") => {
      source.asked += 1;
      if (isDown) throw new DependencyUnavailableError("JWKS");
      const pair = await webcrypto.subtle.generateKey({ name: "ECDSA", namedCurve }, false, ["sign", "verify"]);
      return pair.publicKey;
    },
  };
  return source;
}

type Candidates = (source: Source) => VerificationKeys<CryptoKey>["candidates"];

const remembering: Candidates = (source) => {
  let known: CryptoKey | undefined;
  return async function* () {
    known ??= await source.read();
    yield known;
  };
};

const repeating: Candidates = (source) => {
  const candidates = remembering(source);
  return async function* (header) {
    yield* candidates(header);
    yield* candidates(header);
  };
};

const eager: Candidates = (source) => {
  const candidates = remembering(source);
  return async function* (header) {
    await source.read();
    yield* candidates(header);
  };
};

const ofAnyAlgorithm: Candidates = (source) => {
  let known: CryptoKey | undefined;
  return async function* () {
    known ??= await source.read("P-384");
    yield known;
  };
};

/** Like a verifier's `catch` around the keys: a token is then refused, though it may be good. */
const silent: Candidates = (source) => {
  const candidates = remembering(source);
  return async function* (header) {
    if (!source.isDown) yield* candidates(header);
  };
};

function of(candidates: Candidates): VerificationKeysSubject {
  return {
    make: async () => {
      const source = aSource();
      const header = { kind: "header", algorithm: findAlgorithm("ES256") ?? HS256 } as const;
      return { keys: { candidates: candidates(source) }, header, asked: () => source.asked };
    },
    down: () => ({ candidates: candidates(aSource(true)) }),
  };
}

export const verificationKeysMutants: readonly Mutant<VerificationKeysSubject>[] = [
  ["gives keys of another algorithm", of(ofAnyAlgorithm), ["the header's algorithm"]],
  ["gives a key twice", of(repeating), ["come once each"]],
  ["asks its source before the first key", of(eager), ["asked for anew only after"]],
  ["gives no key in an outage", of(silent), ["fault:L1 are a fault"]],
];

export const rightVerificationKeys: Readonly<Record<string, VerificationKeysSubject>> = {
  "one key, remembered": of(remembering),
};
