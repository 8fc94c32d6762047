import { CompactSign } from "jose";
import type { SigningSecrets } from "../../application/ports/signing-secrets.ts";
import type { TokenSigner } from "../../application/ports/tokens.ts";
import type { PlainObject } from "../../domain/plain-object.ts";
import { HS256 } from "../../domain/token/issuer-policy.ts";
import { HmacKeys } from "./hmac-keys.ts";

export class JoseTokenSigner implements TokenSigner {
  readonly #secrets: SigningSecrets;
  readonly #keys = new HmacKeys("sign");

  constructor(secrets: SigningSecrets) {
    this.#secrets = secrets;
  }

  /** Imports the key of the current secret before the first token is asked for. */
  async prime(): Promise<void> {
    const [current] = await this.#secrets.prime();
    await this.#keys.of(current);
  }

  async sign(claims: PlainObject): Promise<string> {
    const [current] = await this.#secrets.read();
    return new CompactSign(Buffer.from(JSON.stringify(claims)))
      .setProtectedHeader({ alg: HS256.name, typ: "JWT" })
      .sign(await this.#keys.of(current));
  }
}
