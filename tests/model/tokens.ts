import { grantsId } from "../../src/adapters/grants-id.ts";
import { issuerId } from "../../src/adapters/issuer-id.ts";
import { makeVerifyToken, type VerifyToken } from "../../src/application/access/verify-token.ts";
import type { SigningSecrets, SigningSecretVersions } from "../../src/application/ports/signing-secrets.ts";
import type { TokenVerifier, VerifiedToken } from "../../src/application/ports/tokens.ts";
import { makeCachedSigningSecrets } from "../../src/application/secrets/cached-signing-secrets.ts";
import type { Grants } from "../../src/domain/grants/grant.ts";
import { parseWrittenGrants } from "../../src/domain/grants/token-grants.ts";
import type { UserId } from "../../src/domain/identity/identity.ts";
import { Secret } from "../../src/domain/secret.ts";
import { addSeconds, type EpochMillis, type EpochSeconds } from "../../src/domain/time.ts";
import type { UnverifiedToken } from "../../src/domain/token/credentials.ts";
import type { TokenFacts, TokenId } from "../../src/domain/token/token-facts.ts";
import { rejected } from "../../src/domain/token/verdict.ts";
import { RecordingLogger } from "../fakes/recording-logger.ts";
import { AUDIENCE } from "../support/good-token.ts";
import { at, CLAIMS, ISSUERS } from "./fixtures.ts";
import type { Invocation } from "./invocation.ts";
import type { Simulation } from "./simulation.ts";

const SOURCE_MILLIS = 2000;

/** Shorter than the lives of some tokens, so that the end of an overlap is met. */
const TOKEN_LIFETIME_SECONDS = 3600;

/** The previous key counts for so long after the creation of the current one. */
export const OVERLAP_SECONDS = TOKEN_LIFETIME_SECONDS + 300;

/** A token as its issuer knows it. `key` is the number of the issuer's key, counted from the first one. */
export type ModelToken = {
  readonly issuer: number;
  readonly key: number;
  readonly userId: UserId;
  readonly expiresAt: EpochSeconds;
  readonly issuedAt?: EpochSeconds;
  readonly tokenId: TokenId;
  /** Texts, as they stand in the claim. */
  readonly grants: readonly string[];
};

/** Seconds are counted from now. */
export type TokenChoice = {
  /** 0 for the issuer's present key, 1 for the key before it, and so on. */
  readonly keysBack: number;
  readonly issued: number | "never";
  readonly seconds: number;
  /** The number of its grants in `CLAIMS`. */
  readonly claim: number;
};

export function issueToken(
  { keys, nowSeconds }: { readonly keys: readonly EpochMillis[]; readonly nowSeconds: EpochSeconds },
  choice: TokenChoice & Pick<ModelToken, "issuer" | "userId" | "tokenId">,
): ModelToken {
  const { keysBack, issued, seconds, claim, ...rest } = choice;
  const key = rest.issuer === 0 ? Math.max(0, keys.length - 1 - keysBack) : 0;
  const expiresAt = addSeconds(nowSeconds, seconds);
  return {
    ...rest,
    grants: at(CLAIMS, claim),
    key,
    expiresAt,
    ...(issued !== "never" && { issuedAt: addSeconds(nowSeconds, issued) }),
  };
}

export function factsOf({ issuer, expiresAt, issuedAt, tokenId, ...token }: ModelToken): TokenFacts {
  const grants = grantsId(grantsOf(token));
  return {
    ...{ issuer: at(ISSUER_IDS, issuer), expiresAt, tokenId },
    ...(issuedAt !== undefined && { issuedAt }),
    ...(grants !== undefined && { grants }),
  };
}

/** The grants as the authorizer hands them on. */
export function grantsOf({ grants }: Pick<ModelToken, "grants">): Grants {
  return parseWrittenGrants(grants) ?? [];
}

const ISSUER_IDS = ISSUERS.map(({ issuer }) => issuerId(issuer));

export function issuerIdOf(issuer: number): TokenFacts["issuer"] {
  return at(ISSUER_IDS, issuer);
}

type SignedClaims = { readonly key: string; readonly claims: Record<string, unknown> };

/** The token's text: its claims, and the name of the key in place of a signature. */
export function textOf({ issuer, key, userId, expiresAt, issuedAt, tokenId, grants }: ModelToken): UnverifiedToken {
  const data = { userId, firstName: "Ann", lastName: "Lee", sub: `auth0|${userId}` };
  const iss = at(ISSUERS, issuer).issuer;
  const claims = { iss, aud: AUDIENCE, exp: expiresAt, iat: issuedAt, jti: tokenId, data, permissions: grants };
  const signed: SignedClaims = { key: keyName(issuer, key), claims };
  return JSON.stringify(signed) as UnverifiedToken;
}

function keyName(issuer: number, key: number): string {
  return `key-${key}-of-issuer-${issuer}`;
}

/** The secrets of an issuer as they are kept, with the times at which they were made. */
function versionsOf(keys: readonly EpochMillis[], rotatedAfter: EpochMillis): SigningSecretVersions {
  const last = keys.length - 1;
  const createdAt = at(keys, last);
  const previous = last > 0 && createdAt > rotatedAfter ? { previous: new Secret(keyName(0, last - 1)) } : {};
  return { kind: "held", current: new Secret(keyName(0, last)), createdAt, ...previous };
}

/** Compares names of keys where the real verifier checks signatures; it asks for keys in the same order. */
class ModelVerifier implements TokenVerifier {
  readonly #secrets: SigningSecrets;

  constructor(secrets: SigningSecrets) {
    this.#secrets = secrets;
  }

  async verify(token: UnverifiedToken): Promise<VerifiedToken> {
    const { key, claims } = JSON.parse(token) as SignedClaims;
    const policy = ISSUERS.find(({ issuer }) => issuer === claims["iss"]);
    if (policy === undefined) return rejected("ISSUER_NOT_ALLOWED");
    const isSigned = policy === ISSUERS[0] ? await this.#isSigned(key) : key === keyName(1, 0);
    return isSigned ? { kind: "verified", claims, policy } : rejected("SIGNATURE_INVALID");
  }

  async #isSigned(key: string): Promise<boolean> {
    const fits = (secrets: readonly Secret[]) => secrets.some((secret) => secret.reveal() === key);
    return fits(await this.#secrets.read()) || fits(await this.#secrets.reread());
  }
}

/** A process of a function that verifies tokens. It remembers secrets from one invocation to the next. */
export class VerifyingProcess {
  readonly verifyToken: VerifyToken;
  #invocation: Invocation | undefined;

  constructor(simulation: Simulation) {
    const { clock, keys, system } = simulation;
    const source = {
      fetch: (rotatedAfter: EpochMillis) => {
        if (this.#invocation === undefined) throw new Error("no invocation is under way");
        return this.#invocation.call<SigningSecretVersions>({
          label: "secrets",
          budgetMillis: SOURCE_MILLIS,
          effect: async () => versionsOf(keys, rotatedAfter),
          fail: () => {
            throw new Error("the source did not answer");
          },
        });
      },
    };
    const secrets = makeCachedSigningSecrets({
      ...{ source, clock, logger: new RecordingLogger() },
      tokenLifetimeSeconds: TOKEN_LIFETIME_SECONDS,
    });
    const verifier = new ModelVerifier(system.wrapSecrets(secrets, keys));
    this.verifyToken = makeVerifyToken({ verifier, clock });
  }

  serve(invocation: Invocation): VerifyToken {
    this.#invocation = invocation;
    return this.verifyToken;
  }
}

export function secretOfKey(key: number): Secret {
  return new Secret(keyName(0, key));
}

/** The user whom a token names. */
export function userIdIn(token: UnverifiedToken): unknown {
  const { claims } = JSON.parse(token) as SignedClaims;
  return (claims["data"] as { readonly userId: unknown }).userId;
}
