import type { Secret } from "../../domain/secret.ts";
import type { EpochMillis } from "../../domain/time.ts";

/**
 * The secrets that a token of today may be signed with: the current one first, behind it the previous one while a
 * rotation's overlap lasts. Equal secrets are the same object from call to call, so that what is derived from one can be
 * kept beside it. Both calls answer within two seconds or throw DependencyUnavailableError; concurrent calls share one
 * request.
 */
export interface SigningSecrets {
  /** From memory while young enough. While the source is down an old answer is served for a bounded time. */
  read(): Promise<readonly [current: Secret, ...previous: Secret[]]>;
  /**
   * After a signature that fits no known secret: asks the source again, but at most once per five seconds however many
   * bad signatures arrive. Throws if one of the secrets could not be read, since the token may then be good.
   */
  reread(): Promise<readonly [current: Secret, ...previous: Secret[]]>;
}

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
