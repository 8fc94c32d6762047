import { type CryptoKey, compactVerify, errors } from "jose";
import type { SigningSecrets } from "../../application/ports/signing-secrets.ts";
import type { TokenVerifier, VerifiedToken } from "../../application/ports/tokens.ts";
import type { Secret } from "../../domain/secret.ts";
import type { UnverifiedToken } from "../../domain/token/credentials.ts";
import { ALGORITHM, judgeHeader } from "../../domain/token/header.ts";
import { type RejectionReason, rejected } from "../../domain/token/verdict.ts";
import { HmacKeys } from "./hmac-keys.ts";
import { parseCompactJws, parseTokenPart } from "./unverified-jws.ts";

const SIGNATURE_BYTES = 32;

/** HS256 over whichever signing secrets are valid now. jose checks the signature; what jose lets pass is refused around it. */
export class JoseTokenVerifier implements TokenVerifier {
  readonly #secrets: SigningSecrets;
  readonly #keys = new HmacKeys("verify");

  constructor(secrets: SigningSecrets) {
    this.#secrets = secrets;
  }

  async verify(token: UnverifiedToken): Promise<VerifiedToken> {
    const reason = judgeUnverified(token);
    if (reason !== undefined) return rejected(reason);
    const payload = await this.#verifiedPayload(token);
    if (payload === undefined) return rejected("SIGNATURE_INVALID");
    const claims = parseTokenPart(payload);
    return claims === undefined ? rejected("TOKEN_MALFORMED") : { kind: "verified", claims };
  }

  /** A signature that no known secret explains may come from one that was rotated in since. */
  async #verifiedPayload(token: UnverifiedToken): Promise<Uint8Array | undefined> {
    const known = await this.#secrets.read();
    const payload = await this.#payloadUnder(known, token);
    return payload ?? this.#payloadUnder(await this.#secrets.reread(), token, known);
  }

  async #payloadUnder(
    secrets: readonly Secret[],
    token: UnverifiedToken,
    tried: readonly Secret[] = [],
  ): Promise<Uint8Array | undefined> {
    for (const [age, secret] of secrets.entries()) {
      if (tried.includes(secret)) continue;
      // A previous secret that is refused as a key is left out: its tokens are rejected, and that is no outage.
      const key = await (age > 0 ? this.#keys.find(secret) : this.#keys.of(secret));
      const payload = key && (await payloadUnder(key, token));
      if (payload !== undefined) return payload;
    }
    return undefined;
  }
}

/** What can be told without a key, so that garbage costs no secret. */
function judgeUnverified(token: UnverifiedToken): RejectionReason | undefined {
  const jws = parseCompactJws(token);
  if (jws.kind === "rejected") return jws.reason;
  const header = parseTokenPart(jws.header);
  const reason = header === undefined ? "TOKEN_MALFORMED" : judgeHeader(header);
  return reason ?? (jws.signature.length === SIGNATURE_BYTES ? undefined : "SIGNATURE_INVALID");
}

async function payloadUnder(key: CryptoKey, token: UnverifiedToken): Promise<Uint8Array | undefined> {
  try {
    const { payload } = await compactVerify(token, key, { algorithms: [ALGORITHM] });
    return payload;
  } catch (error) {
    if (error instanceof errors.JWSSignatureVerificationFailed) return undefined;
    throw error;
  }
}
