import type { Secret } from "../../domain/secret.ts";
import type { EpochMillis } from "../../domain/time.ts";

/**
 * The secrets that may have signed a valid token: the current one first, then the previous one while a rotation's
 * overlap lasts. Equal secrets are the same object in every call, so that a key made from a secret can be cached by it.
 * Each call returns within two seconds or throws DependencyUnavailableError. Concurrent calls of `read` and `reread`
 * share one request.
 */
export interface SigningSecrets {
  /**
   * Reads the secrets before the first call of `read`. If it throws, that has no consequence: the first `read` asks the
   * source as if nothing had been asked before.
   */
  prime(): Promise<readonly [current: Secret, ...previous: Secret[]]>;
  /** The remembered secrets while they are fresh. If the source is down, older ones are used for a bounded time. */
  read(): Promise<readonly [current: Secret, ...previous: Secret[]]>;
  /**
   * Call it when no known secret verifies a signature. Reads the source again, at most once in five seconds however
   * many bad signatures arrive; otherwise behaves like `read`. Throws if a secret could not be read, because the token
   * may be valid.
   */
  reread(): Promise<readonly [current: Secret, ...previous: Secret[]]>;
}

/** The versions of the signing secret at one moment, without a version that a rotation is still setting up. */
export type SigningSecretVersions = {
  readonly kind: "held";
  readonly current: Secret;
  /**
   * The time at which the current version was made. A rotation lets it replace the previous version within seconds of
   * that.
   */
  readonly createdAt: EpochMillis;
  /** Absent if there is no previous version, if it was never usable, or if the source was not asked for it. */
  readonly previous?: Secret;
  /** The reason why the previous version could not be read. It may exist or not. */
  readonly previousUnread?: unknown;
};

/** The source says that there is no secret for us: it is deleted, we have no permission, or its form is wrong. */
export type NoSigningSecret = { readonly kind: "none"; readonly cause: unknown };

/** The service that keeps and rotates the signing secret. */
export interface SigningSecretSource {
  /**
   * Reads once, and returns within the given time, its own retries included. Throws only if the source gave no response
   * for the current version. Reads `previous` only if `current` was made after `rotatedAfter`.
   */
  fetch(rotatedAfter: EpochMillis, withinMillis: number): Promise<SigningSecretVersions | NoSigningSecret>;
}

/**
 * The signing secret during a rotation. Every call may be repeated, and responds within two seconds, its own retries
 * included, or throws DependencyUnavailableError.
 */
export interface RotatingSecret {
  /** `pending` from the beginning of a rotation to `promote`. `other` includes a version that does not exist. */
  stageOf(version: string): Promise<"current" | "pending" | "other">;
  /**
   * The value of a version; undefined while the version is empty. Throws MalformedInputError for a value that no
   * authorizer could use.
   */
  read(version: string): Promise<Secret | undefined>;
  /** Gives an empty version its value. A version that has a value keeps it. */
  fill(version: string, secret: Secret): Promise<void>;
  /** Makes the version current, and in the same step makes the formerly current version previous. */
  promote(version: string): Promise<void>;
}
