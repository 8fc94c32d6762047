import type { Secret } from "../../domain/secret.ts";
import type { EpochMillis } from "../../domain/time.ts";

/** The signing secret as its keeper holds it at one moment. A version that is still being set up is none of these. */
export type SigningSecretVersions = {
  readonly current: Secret;
  /** When the current version was made: the rotation that replaced the previous one, give or take its few seconds. */
  readonly createdAt: EpochMillis;
  readonly previous?: Secret;
};

/** Where the signing secret is kept and rotated. */
export interface SigningSecretSource {
  /**
   * Looks once, and answers within two seconds, its own retries included, or throws. `previous` is asked for only where
   * `current` was made after `rotatedAfter`, and left out where there is none or it never was usable.
   */
  fetch(rotatedAfter: EpochMillis): Promise<SigningSecretVersions>;
}
