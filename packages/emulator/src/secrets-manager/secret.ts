import type { RotationSettings, SecretDescription, Tag } from "./secret-description.ts";
import { SecretVersions } from "./secret-versions.ts";

/** A secret with its versions. Times are in milliseconds since 1970. */
export type Secret = {
  readonly name: string;
  readonly arn: string;
  readonly tags: readonly Tag[];
  readonly createdAt: number;
  readonly versions: SecretVersions;
  description?: string | undefined;
  kmsKeyId?: string | undefined;
  rotation?: RotationSettings | undefined;
  changedAt: number;
  /** The end of the last rotation that succeeded. */
  rotatedAt?: number;
  nextRotationAt?: number | undefined;
  /** The time at which it is deleted, if it is marked for deletion. Until then it can be restored. */
  deletedAt?: number | undefined;
  /** The time at which it was marked for deletion. */
  markedAt?: number | undefined;
};

type Named = Pick<SecretDescription, "name" | "arn" | "tags" | "description" | "kmsKeyId" | "rotation">;

/** A secret without a version. */
export function makeSecret({ name, arn, tags, description, kmsKeyId, rotation }: Named, now: () => number): Secret {
  return {
    ...{ name, arn, tags, description, kmsKeyId, rotation },
    versions: new SecretVersions(name, now),
    createdAt: now(),
    changedAt: now(),
  };
}
