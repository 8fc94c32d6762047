import type { SigningSecrets } from "../../application/ports/signing-secrets.ts";
import type { Secret } from "../../domain/secret.ts";

/** Holds one configured secret for the life of the process. It is for tests, where nothing rotates. */
export class FixedSigningSecrets implements SigningSecrets {
  readonly #secrets: readonly [Secret];

  constructor(secret: Secret) {
    this.#secrets = [secret];
  }

  prime(): Promise<readonly [Secret]> {
    return this.read();
  }

  async read(): Promise<readonly [Secret]> {
    return this.#secrets;
  }

  reread(): Promise<readonly [Secret]> {
    return this.read();
  }
}
