import type { SigningSecrets } from "../../src/application/ports/signing-secrets.ts";
import { makeCachedSigningSecrets } from "../../src/application/secrets/cached-signing-secrets.ts";
import { FixedClock } from "../fakes/fixed-clock.ts";
import { RecordingLogger } from "../fakes/recording-logger.ts";
import { RotatingSecretSource } from "../fakes/rotating-secret-source.ts";

export const START = Date.parse("2026-11-22T10:00:00Z");
export const TOKEN_SECONDS = 3600;

/** The cache over a source that a test rotates and breaks, on a clock that it moves. */
export function cachedSecrets(text = "one", tokenLifetimeSeconds = TOKEN_SECONDS) {
  const clock = new FixedClock(START);
  const logger = new RecordingLogger();
  const source = new RotatingSecretSource(() => clock.now(), text);
  const secrets = makeCachedSigningSecrets({ source, clock, logger, tokenLifetimeSeconds });
  return { clock, logger, source, secrets };
}

export async function texts(secrets: SigningSecrets, how: "read" | "reread" = "read"): Promise<string[]> {
  return (await secrets[how]()).map((secret) => secret.reveal());
}
