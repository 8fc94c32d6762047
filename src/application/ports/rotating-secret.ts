import type { Secret } from "../../domain/secret.ts";

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
