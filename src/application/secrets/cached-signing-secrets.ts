import type { Secret } from "../../domain/secret.ts";
import { type EpochMillis, isWithin, secondsAfter } from "../../domain/time.ts";
import { CachedSource, type CacheTimes, type SourceResponse } from "../cached-source.ts";
import { faultFields } from "../fault-fields.ts";
import type { Logger } from "../ports/logger.ts";
import type {
  NoSigningSecret,
  SigningSecretSource,
  SigningSecrets,
  SigningSecretVersions,
} from "../ports/signing-secrets.ts";
import type { Clock } from "../ports/system.ts";

const TIMES = {
  /** The time that the port allows. */
  askMillis: 2000,
  /** After this time every instance knows the secret of a rotation. */
  freshSeconds: 300,
  /**
   * The longest outage that remembered secrets bridge. A longer time helps a thief of a secret; a shorter time refuses
   * all users sooner.
   */
  staleSeconds: 3600,
  /** Bad signatures cause at most one request in this time. A rotation is noticed within it. */
  rereadSeconds: 5,
  /**
   * These pauses allow at most 24 failures in ten minutes, and one more while a process is primed. Each request is tried
   * twice, so a failure is two requests, or three if only the previous version fails. That makes 50 requests, or 75.
   */
  pausesSeconds: [1, 2, 4, 8, 16, 30],
} as const satisfies CacheTimes;

type Versions = {
  readonly current: Secret;
  readonly createdAt: EpochMillis;
  readonly previous?: { readonly secret: Secret; readonly askedAt: EpochMillis };
};

/**
 * Remembers the signing secrets of a source. A new process asks the source once, a warm process not at all.
 *
 * The previous secret is returned for exactly as long as a token signed with it can live, counted from the creation of
 * the current secret. Neither memory nor an outage extends that time. So a rotation refuses no valid token and needs no
 * setting of its own. To withdraw a stolen secret, rotate twice: only one previous version is kept.
 *
 * Memory bridges only an outage. If the source says that the secret is deleted or that we have no permission, the
 * memory is cleared at once.
 */
export function makeCachedSigningSecrets(deps: {
  readonly source: SigningSecretSource;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly tokenLifetimeSeconds: number;
}): SigningSecrets {
  const { source, clock, logger } = deps;
  // Signers cache secrets too. The last signer notices a rotation when its remembered value is no longer fresh.
  const overlapSeconds = deps.tokenLifetimeSeconds + TIMES.freshSeconds;
  const cache = new CachedSource<Versions>({
    dependency: "SIGNING_SECRETS",
    times: TIMES,
    clock,
    ask: async (now, held, withinMillis) =>
      toResponse(await source.fetch(secondsAfter(now, -overlapSeconds), withinMillis), now, held),
    onBridgedFailure: (cause) => logger.warn("signing secrets not refreshed", faultFields(cause)),
  });
  return {
    prime: async () => validSecrets(await cache.prime(), overlapSeconds, clock.now()),
    read: async () => validSecrets(await cache.read(), overlapSeconds, clock.now()),
    reread: async () => validSecrets(await cache.reread(), overlapSeconds, clock.now()),
  };
}

function validSecrets(
  { current, createdAt, previous }: Versions,
  overlapSeconds: number,
  now: EpochMillis,
): readonly [Secret, ...Secret[]] {
  const overlaps =
    isWithin(TIMES.staleSeconds, previous?.askedAt, now) && now < secondsAfter(createdAt, overlapSeconds);
  return previous !== undefined && overlaps ? [current, previous.secret] : [current];
}

function toResponse(
  found: SigningSecretVersions | NoSigningSecret,
  now: EpochMillis,
  held: Versions | undefined,
): SourceResponse<Versions> {
  if (found.kind === "none") return found;
  const value = remembered(found, now, held);
  const { previousUnread } = found;
  return previousUnread === undefined ? { kind: "complete", value } : { kind: "partial", value, cause: previousUnread };
}

/**
 * Secrets with equal texts keep their object. A rotation between two requests may show one version under both labels.
 * If the previous version cannot be read, the remembered one stays, but only beside the same current version: a
 * rotation replaces both.
 */
function remembered(found: SigningSecretVersions, askedAt: EpochMillis, held: Versions | undefined): Versions {
  const { createdAt, previous, previousUnread } = found;
  const current = sameAs(found.current, held) ?? found.current;
  const alone = { createdAt, current };
  if (previousUnread !== undefined && current === held?.current) return { ...held, ...alone };
  if (previous === undefined || previous.reveal() === current.reveal()) return alone;
  return { ...alone, previous: { secret: sameAs(previous, held) ?? previous, askedAt } };
}

function sameAs(secret: Secret, held: Versions | undefined): Secret | undefined {
  return [held?.current, held?.previous?.secret].find((known) => known?.reveal() === secret.reveal());
}
