import type { Secret } from "../../domain/secret.ts";
import type { EpochMillis } from "../../domain/time.ts";

/** The signing secret as its keeper holds it at one moment. A version that is still being set up is none of these. */
export type SigningSecretVersions = {
  readonly kind: "held";
  readonly current: Secret;
  /** When the current version was made: the rotation that replaced the previous one, give or take its few seconds. */
  readonly createdAt: EpochMillis;
  /** Absent if there is none, if it was never usable, or if it was not asked for. */
  readonly previous?: Secret;
  /** Why the previous version could not be read. Then nothing says whether there is one. */
  readonly previousUnread?: unknown;
};

/** The keeper's answer that there is no secret for us: it is deleted, we have no permission, or its form is wrong. */
export type NoSigningSecret = { readonly kind: "none"; readonly cause: unknown };

/** Where the signing secret is kept and rotated. */
export interface SigningSecretSource {
  /**
   * Looks once, and answers within two seconds, its own retries included. Throws if the keeper could not be asked for the
   * current version, and for no other reason. `previous` is asked for only where `current` was made after `rotatedAfter`.
   */
  fetch(rotatedAfter: EpochMillis): Promise<SigningSecretVersions | NoSigningSecret>;
}
