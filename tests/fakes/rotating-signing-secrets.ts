import type { SigningSecrets } from "../../src/application/ports/signing-secrets.ts";
import type { Secret } from "../../src/domain/secret.ts";

type Secrets = readonly [Secret, ...Secret[]];

/** `read` knows the first list until `reread` has fetched the second; counts both. */
export class RotatingSigningSecrets implements SigningSecrets {
  reads = 0;
  rereads = 0;
  readonly #known: Secrets;
  readonly #fresh: Secrets;

  constructor(known: Secrets, fresh: Secrets = known) {
    this.#known = known;
    this.#fresh = fresh;
  }

  prime(): Promise<Secrets> {
    return this.read();
  }

  async read(): Promise<Secrets> {
    this.reads += 1;
    return this.rereads > 0 ? this.#fresh : this.#known;
  }

  async reread(): Promise<Secrets> {
    this.rereads += 1;
    return this.#fresh;
  }
}
