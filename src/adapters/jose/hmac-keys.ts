import { webcrypto } from "node:crypto";
import type { CryptoKey } from "jose";
import { DependencyUnavailableError } from "../../application/errors.ts";
import type { SigningSecrets } from "../../application/ports/signing-secrets.ts";
import type { VerificationKeys } from "../../application/ports/tokens.ts";
import type { Secret } from "../../domain/secret.ts";
import { checkSigningKey, type SigningKeyFault } from "../../domain/token/signing-key-policy.ts";

/** The configured secret must not serve as a key. The log takes `code` from the cause of the thrown error. */
class UnusableKeyError extends Error {
  override readonly name = "UnusableKeyError";
  readonly code: SigningKeyFault;

  constructor(code: SigningKeyFault) {
    super(code);
    this.code = code;
  }
}

/** HS256 keys for one use, imported once in the life of their Secret: importing costs about as much as verifying. */
export class HmacKeys {
  readonly #use: "sign" | "verify";
  readonly #keys = new WeakMap<Secret, Promise<CryptoKey | undefined>>();

  constructor(use: "sign" | "verify") {
    this.#use = use;
  }

  /**
   * The key of a secret. Throws DependencyUnavailableError if the secret must not be a key: that is a fault of the
   * configuration, whatever the token is.
   */
  async of(secret: Secret): Promise<CryptoKey> {
    return (await this.find(secret)) ?? unusable(secret);
  }

  /** The key of a secret; undefined if the secret must not be a key. */
  find(secret: Secret): Promise<CryptoKey | undefined> {
    const known = this.#keys.get(secret);
    if (known !== undefined) return known;
    const key = importKey(secret.reveal(), this.#use);
    this.#keys.set(secret, key);
    return key;
  }
}

/** The signing secrets as keys for HS256: first the known secrets, then those that a rotation has made since. */
export class HmacVerificationKeys implements VerificationKeys<CryptoKey> {
  readonly #secrets: SigningSecrets;
  readonly #keys = new HmacKeys("verify");

  constructor(secrets: SigningSecrets) {
    this.#secrets = secrets;
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

async function importKey(text: string, use: "sign" | "verify"): Promise<CryptoKey | undefined> {
  if (checkSigningKey(text).kind === "refused") return undefined;
  return webcrypto.subtle.importKey("raw", Buffer.from(text), { name: "HMAC", hash: "SHA-256" }, false, [use]);
}

function unusable(secret: Secret): never {
  const check = checkSigningKey(secret.reveal());
  const cause = check.kind === "refused" ? new UnusableKeyError(check.reason) : undefined;
  throw new DependencyUnavailableError("SIGNING_SECRETS", { cause });
}
