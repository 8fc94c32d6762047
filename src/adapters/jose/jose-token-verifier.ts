import { type CryptoKey, compactVerify, errors } from "jose";
import type { TokenVerifier, VerificationKeys, VerifiedToken } from "../../application/ports/tokens.ts";
import { ownProperty } from "../../domain/plain-object.ts";
import type { UnverifiedToken } from "../../domain/token/credentials.ts";
import { type TokenHeader, validateHeader } from "../../domain/token/header.ts";
import type { IssuerPolicy } from "../../domain/token/issuer-policy.ts";
import { type Rejection, rejected } from "../../domain/token/verdict.ts";
import { parseCompactJws, parseTokenPart } from "./unverified-jws.ts";

/** An issuer whose tokens are let in. Its keys verify its own tokens only. */
export type TrustedIssuer = { readonly policy: IssuerPolicy; readonly keys: VerificationKeys<CryptoKey> };

type Candidate = {
  readonly kind: "candidate";
  readonly issuer: TrustedIssuer;
  readonly header: TokenHeader;
  readonly payload: Uint8Array;
};

/** Verifies the signature with jose. The stricter checks of decision 13 run before and after it. */
export class JoseTokenVerifier implements TokenVerifier {
  readonly #issuers: readonly TrustedIssuer[];

  constructor(issuers: readonly TrustedIssuer[]) {
    this.#issuers = issuers;
  }

  async verify(token: UnverifiedToken): Promise<VerifiedToken> {
    const candidate = this.#examine(token);
    if (candidate.kind === "rejected") return candidate;
    const { issuer, header, payload } = candidate;
    if (!(await isSigned(token, header, issuer.keys))) return rejected("SIGNATURE_INVALID");
    const claims = parseTokenPart(payload);
    return claims === undefined ? rejected("TOKEN_MALFORMED") : { kind: "verified", claims, policy: issuer.policy };
  }

  /** Makes every check that needs no key, so that garbage causes no request for one. */
  #examine(token: UnverifiedToken): Candidate | Rejection {
    const jws = parseCompactJws(token);
    if (jws.kind === "rejected") return jws;
    const members = parseTokenPart(jws.header);
    if (members === undefined) return rejected("TOKEN_MALFORMED");
    const choice = this.#chooseIssuer(jws.payload);
    if (choice.kind === "rejected") return choice;
    const header = validateHeader(members, choice.issuer.policy);
    if (header.kind === "rejected") return header;
    const { signatureBytes = jws.signature.length } = header.algorithm;
    if (jws.signature.length !== signatureBytes) return rejected("SIGNATURE_INVALID");
    return { kind: "candidate", issuer: choice.issuer, header, payload: jws.payload };
  }

  /**
   * Chooses the issuer by the unverified `iss`, which decides only which keys and policy the token must pass. A single
   * issuer needs no choice: no payload is then parsed before its signature is verified, and the issuer's policy judges
   * `iss` like every other claim.
   */
  #chooseIssuer(payload: Uint8Array): { readonly kind: "chosen"; readonly issuer: TrustedIssuer } | Rejection {
    const [first, ...others] = this.#issuers;
    if (first === undefined) return rejected("ISSUER_NOT_ALLOWED");
    if (others.length === 0) return { kind: "chosen", issuer: first };
    const claims = parseTokenPart(payload);
    if (claims === undefined) return rejected("TOKEN_MALFORMED");
    const issuer = this.#issuers.find(({ policy }) => policy.issuer === ownProperty(claims, "iss"));
    return issuer === undefined ? rejected("ISSUER_NOT_ALLOWED") : { kind: "chosen", issuer };
  }
}

async function isSigned(
  token: UnverifiedToken,
  header: TokenHeader,
  keys: VerificationKeys<CryptoKey>,
): Promise<boolean> {
  for await (const key of keys.candidates(header)) {
    if (await isSignedWith(key, token, header)) return true;
  }
  return false;
}

async function isSignedWith(key: CryptoKey, token: UnverifiedToken, { algorithm }: TokenHeader): Promise<boolean> {
  try {
    await compactVerify(token, key, { algorithms: [algorithm.name] });
    return true;
  } catch (error) {
    if (error instanceof errors.JWSSignatureVerificationFailed) return false;
    throw error;
  }
}
