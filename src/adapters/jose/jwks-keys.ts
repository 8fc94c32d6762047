import { type CryptoKey, importJWK } from "jose";
import { CachedSource, type CacheTimes } from "../../application/cached-source.ts";
import { faultFields } from "../../application/fault-fields.ts";
import type { JwkSetSource } from "../../application/ports/jwk-sets.ts";
import type { Logger } from "../../application/ports/logger.ts";
import type { Clock } from "../../application/ports/system.ts";
import type { VerificationKeys } from "../../application/ports/tokens.ts";
import type { TokenHeader } from "../../domain/token/header.ts";
import type { IssuerPolicy } from "../../domain/token/issuer-policy.ts";
import { type JwkSetFault, type PublishedKey, parseJwkSet } from "../../domain/token/jwk-set.ts";

const TIMES = {
  askMillis: 2000,
  /** After this time a key that the issuer withdrew verifies no more. */
  freshSeconds: 600,
  /** The longest outage of an issuer that remembered keys bridge. A withdrawn key may count for as long. */
  staleSeconds: 3600,
  /** Unknown key ids cause at most one request in this time. A rotation is noticed within it. */
  rereadSeconds: 10,
  pausesSeconds: [1, 2, 4, 8, 16, 30],
} as const satisfies CacheTimes;

/** The set must not be used. The log takes `code`. */
class JwkSetError extends Error {
  override readonly name = "JwkSetError";
  readonly code: JwkSetFault;

  constructor(code: JwkSetFault) {
    super(code);
    this.code = code;
  }
}

type ImportedKey = PublishedKey & { readonly text: string; readonly key: CryptoKey };

/** The published keys of one issuer, each for one algorithm. */
type KeySet = readonly ImportedKey[];

/** Keys at an address, remembered and refreshed. The issuer may be slow, down, or lack the keys that tokens name. */
export class JwksVerificationKeys implements VerificationKeys<CryptoKey> {
  readonly #cache: CachedSource<KeySet>;

  constructor(deps: {
    readonly source: JwkSetSource;
    readonly policy: Pick<IssuerPolicy, "issuer" | "algorithms">;
    readonly clock: Clock;
    readonly logger: Logger;
  }) {
    const { source, policy, clock, logger } = deps;
    const { issuer, algorithms } = policy;
    this.#cache = new CachedSource<KeySet>({
      dependency: "JWKS",
      times: TIMES,
      clock,
      ask: async (_now, held, withinMillis) => {
        const check = parseJwkSet(await source.fetch(withinMillis), algorithms);
        // A set that must not be used is like no response. A thief of the address would publish a usable one.
        if (check.kind === "refused") throw new JwkSetError(check.reason);
        const value = await importKeys(check.keys, held);
        // All keys may have been withdrawn, or the configured algorithms are not those of the keys.
        if (value.length === 0) logger.warn("issuer has no usable key", { issuer });
        return { kind: "complete", value };
      },
      onBridgedFailure: (cause) => logger.warn("issuer's keys not refreshed", { issuer, ...faultFields(cause) }),
    });
  }

  /** Fetches and imports the keys before the first token comes. */
  async prime(): Promise<void> {
    await this.#cache.prime();
  }

  /** Asks the issuer again if it has no such key, or if a token without `kid` fits none: its key may be new. */
  async *candidates(header: TokenHeader): AsyncGenerator<CryptoKey> {
    const known = chooseKey(await this.#cache.read(), header);
    if (known !== undefined) yield known;
    if (known !== undefined && header.keyId !== undefined) return;
    const reread = chooseKey(await this.#cache.reread(), header);
    if (reread !== undefined && reread !== known) yield reread;
  }
}

/** Keys that stand in the configuration. They change with a deployment only. */
export class InlineVerificationKeys implements VerificationKeys<CryptoKey> {
  readonly #published: readonly PublishedKey[];
  #imported: Promise<KeySet> | undefined;

  constructor(published: readonly PublishedKey[]) {
    this.#published = published;
  }

  async prime(): Promise<void> {
    await this.#keys();
  }

  async *candidates(header: TokenHeader): AsyncGenerator<CryptoKey> {
    const key = chooseKey(await this.#keys(), header);
    if (key !== undefined) yield key;
  }

  #keys(): Promise<KeySet> {
    this.#imported ??= importKeys(this.#published);
    return this.#imported;
  }
}

/**
 * The key with the header's `kid` and algorithm. A token without `kid` has the only key of its algorithm; with several,
 * no key is tried, so that each token has one key (RFC 7515 4.1.4 leaves the choice to us).
 */
function chooseKey(keys: KeySet, { keyId, algorithm }: TokenHeader): CryptoKey | undefined {
  const fitting = keys.filter((one) => one.algorithm.name === algorithm.name);
  const [chosen, ...others] = keyId === undefined ? fitting : fitting.filter((one) => one.keyId === keyId);
  return others.length === 0 ? chosen?.key : undefined;
}

/** A key that was held before keeps its object. A key that cannot be imported is left out: its point is on no curve. */
async function importKeys(published: readonly PublishedKey[], held: KeySet = []): Promise<KeySet> {
  const imported = published.map(async (one): Promise<readonly ImportedKey[]> => {
    const text = JSON.stringify([one.algorithm.name, one.keyId, one.jwk]);
    const known = held.find((other) => other.text === text);
    if (known !== undefined) return [known];
    try {
      return [{ ...one, text, key: (await importJWK(one.jwk, one.algorithm.name)) as CryptoKey }];
    } catch {
      return [];
    }
  });
  return (await Promise.all(imported)).flat();
}
