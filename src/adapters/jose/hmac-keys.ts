import { webcrypto } from "node:crypto";
import type { CryptoKey } from "jose";
import { DependencyUnavailableError } from "../../application/errors.ts";
import type { Secret } from "../../domain/secret.ts";
import { checkSigningKey, type SigningKeyFault } from "../../domain/token/signing-key-policy.ts";

/** The configured secret must not serve as a key. Logs take `code` from the cause of what is thrown. */
class UnusableKeyError extends Error {
  override readonly name = "UnusableKeyError";
  readonly code: SigningKeyFault;

  constructor(code: SigningKeyFault) {
    super(code);
    this.code = code;
  }
}

/**
 * HS256 keys for one use, imported once for as long as their Secret lives: importing costs about as much as verifying.
 */
export class HmacKeys {
  readonly #use: "sign" | "verify";
  readonly #keys = new WeakMap<Secret, Promise<CryptoKey | undefined>>();

  constructor(use: "sign" | "verify") {
    this.#use = use;
  }

  /** Throws DependencyUnavailableError for a secret that must not be a key: our mistake, whatever token was shown. */
  async of(secret: Secret): Promise<CryptoKey> {
    return (await this.find(secret)) ?? unusable(secret);
  }

  /** Undefined for a secret that is refused as a key. */
  find(secret: Secret): Promise<CryptoKey | undefined> {
    const known = this.#keys.get(secret);
    if (known !== undefined) return known;
    const key = importKey(secret.reveal(), this.#use);
    this.#keys.set(secret, key);
    return key;
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
