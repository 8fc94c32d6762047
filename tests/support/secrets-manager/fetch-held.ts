import type { SigningSecretSource, SigningSecretVersions } from "../../../src/application/ports/signing-secrets.ts";
import type { EpochMillis } from "../../../src/domain/time.ts";

/** The versions that a source holds. The previous one is included unless they were made before `rotatedAfter`. */
export async function fetchHeld(
  source: SigningSecretSource,
  rotatedAfter = 0 as EpochMillis,
): Promise<SigningSecretVersions> {
  const found = await source.fetch(rotatedAfter, 2000);
  if (found.kind === "none") throw new Error("there is no secret", { cause: found.cause });
  return found;
}
