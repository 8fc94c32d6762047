import { webcrypto } from "node:crypto";
import type { CryptoKey } from "jose";
import { DependencyUnavailableError } from "../../application/errors.ts";
import type { SigningSecrets } from "../../application/ports/signing-secrets.ts";
import type { VerificationKeys } from "../../application/ports/tokens.ts";
import type { Secret } from "../../domain/secret.ts";
import { type Algorithm, HS256 } from "../../domain/token/algorithms.ts";
import { checkSigningKey, type SigningKeyCheck, type SigningKeyFault } from "../../domain/token/signing-key-policy.ts";

/** The configured secret must not serve as a key. The log takes `code` from the cause of the thrown error. */
class UnusableKeyError extends Error {
  override readonly name = "UnusableKeyError";
  readonly code: SigningKeyFault;

  constructor(code: SigningKeyFault) {
    super(code);
    this.code = code;
  }
}

/**
 * HMAC keys for one algorithm and one use, imported once in the life of their Secret: importing costs about as much as
 * verifying.
 */
export class HmacKeys {
  readonly #use: "sign" | "verify";
  readonly #algorithm: Algorithm;
  readonly #keys = new WeakMap<Secret, Promise<CryptoKey | undefined>>();

  constructor(use: "sign" | "verify", algorithm: Algorithm) {
    this.#use = use;
    this.#algorithm = algorithm;
  }

  /**
   * The key of a secret. Throws DependencyUnavailableError if the secret must not be a key: that is a fault of the
   * configuration, whatever the token is.
   */
  async of(secret: Secret): Promise<CryptoKey> {
    return (await this.find(secret)) ?? this.#unusable(secret);
  }

  /** The key of a secret; undefined if the secret must not be a key. */
  find(secret: Secret): Promise<CryptoKey | undefined> {
    const known = this.#keys.get(secret);
    if (known !== undefined) return known;
    const key = this.#import(secret);
    this.#keys.set(secret, key);
    return key;
  }

  async #import(secret: Secret): Promise<CryptoKey | undefined> {
    if (this.#check(secret).kind === "refused") return undefined;
    const hmac = { name: "HMAC", hash: `SHA-${this.#algorithm.name.slice(2)}` };
    return webcrypto.subtle.importKey("raw", Buffer.from(secret.reveal()), hmac, false, [this.#use]);
  }

  #unusable(secret: Secret): never {
    const check = this.#check(secret);
    const cause = check.kind === "refused" ? new UnusableKeyError(check.reason) : undefined;
    throw new DependencyUnavailableError("SIGNING_SECRETS", { cause });
  }

  /** A signature of HMAC is as long as its hash. */
  #check(secret: Secret): SigningKeyCheck {
    return checkSigningKey(secret.reveal(), this.#algorithm.signatureBytes);
  }
}

/** The signing secrets as keys for one algorithm: first the known secrets, then those of a rotation since. */
export class HmacVerificationKeys implements VerificationKeys<CryptoKey> {
  readonly #secrets: SigningSecrets;
  readonly #keys: HmacKeys;

  constructor(secrets: SigningSecrets, algorithm: Algorithm = HS256) {
    this.#secrets = secrets;
    this.#keys = new HmacKeys("verify", algorithm);
  }

  /** Imports the keys of the current secrets before the first token comes. */
  async prime(): Promise<void> {
    for await (const _ of this.#keysOf(await this.#secrets.prime()));
  }

  /** Ignores the header. Its `kid` selects no key, because issuers that share a secret send none. */
  async *candidates(): AsyncGenerator<CryptoKey> {
    const known = await this.#secrets.read();
    yield* this.#keysOf(known);
    yield* this.#keysOf(await this.#secrets.reread(), known);
  }

  async *#keysOf(secrets: readonly Secret[], tried: readonly Secret[] = []): AsyncGenerator<CryptoKey> {
    for (const [age, secret] of secrets.entries()) {
      if (tried.includes(secret)) continue;
      // A previous secret that must not be a key is left out. Its tokens are rejected, which is not an outage.
      const key = await (age > 0 ? this.#keys.find(secret) : this.#keys.of(secret));
      if (key !== undefined) yield key;
    }
  }
}
