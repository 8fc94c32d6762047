import type { Secret } from "../../domain/secret.ts";
import type { EpochMillis } from "../../domain/time.ts";

/**
 * The secrets that may have signed a valid token: the current one first, then the previous one while a rotation's overlap
 * lasts. Equal secrets are the same object in every call, so that a key made from one can be kept beside it. Both calls
 * return within two seconds or throw DependencyUnavailableError; concurrent calls share one request.
 */
export interface SigningSecrets {
  /** From memory while that is young enough. While the source is down, old secrets are used for a bounded time. */
  read(): Promise<readonly [current: Secret, ...previous: Secret[]]>;
  /**
   * Call it when no known secret verifies a signature. Asks the source again, at most once in five seconds however many
   * bad signatures arrive; otherwise behaves like `read`. Throws if a secret could not be read: the token may be good.
   */
  reread(): Promise<readonly [current: Secret, ...previous: Secret[]]>;
}

/** The versions of the signing secret at one moment. A version that a rotation is still setting up is not among them. */
export type SigningSecretVersions = {
  readonly kind: "held";
  readonly current: Secret;
  /** When the current version was made: within seconds, when the rotation replaced the previous one. */
  readonly createdAt: EpochMillis;
  /** Absent if there is none, if it was never usable, or if the source was not asked for it. */
  readonly previous?: Secret;
  /** Why the previous version could not be read. It is then unknown whether there is one. */
  readonly previousUnread?: unknown;
};

/** The source answers that there is no secret for us: it is deleted, we have no permission, or its form is wrong. */
export type NoSigningSecret = { readonly kind: "none"; readonly cause: unknown };

/** Where the signing secret is kept and rotated. */
export interface SigningSecretSource {
  /**
   * Reads once, and returns within two seconds, its own retries included. Throws only if the source did not answer for the
   * current version. Reads `previous` only if `current` was made after `rotatedAfter`.
   */
  fetch(rotatedAfter: EpochMillis): Promise<SigningSecretVersions | NoSigningSecret>;
}

/**
 * The signing secret while it is rotated. Every call may be repeated, answers within two seconds, its own retries
 * included, or throws DependencyUnavailableError.
 */
export interface RotatingSecret {
  /** `pending` from the beginning of a rotation until `promote`; `other` also for a version that does not exist. */
  stageOf(version: string): Promise<"current" | "pending" | "other">;
  /** Undefined as long as the version is empty. Throws MalformedInputError for a value that no authorizer could use. */
  read(version: string): Promise<Secret | undefined>;
  /** Gives an empty version its value; one that has a value keeps it. */
  fill(version: string, secret: Secret): Promise<void>;
  /** Makes the version current, and in the same step the one that was current previous. */
  promote(version: string): Promise<void>;
}
