import { CompactSign } from "jose";
import type { SigningSecrets } from "../../application/ports/signing-secrets.ts";
import type { TokenSigner } from "../../application/ports/tokens.ts";
import type { PlainObject } from "../../domain/plain-object.ts";
import { type Algorithm, HS256 } from "../../domain/token/algorithms.ts";
import type { TokenType } from "../../domain/token/issuer-policy.ts";
import { HmacKeys } from "./hmac-keys.ts";

export class JoseTokenSigner implements TokenSigner {
  readonly #secrets: SigningSecrets;
  readonly #header: { readonly alg: string; readonly typ: TokenType };
  readonly #keys: HmacKeys;

  constructor(secrets: SigningSecrets, algorithm: Algorithm = HS256, tokenType: TokenType = "JWT") {
    this.#secrets = secrets;
    this.#header = { alg: algorithm.name, typ: tokenType };
    this.#keys = new HmacKeys("sign", algorithm);
  }

  /** Imports the key of the current secret before the first token is asked for. */
  async prime(): Promise<void> {
    const [current] = await this.#secrets.prime();
    await this.#keys.of(current);
  }

  async sign(claims: PlainObject): Promise<string> {
    const [current] = await this.#secrets.read();
    return new CompactSign(Buffer.from(JSON.stringify(claims)))
      .setProtectedHeader(this.#header)
      .sign(await this.#keys.of(current));
  }
}
