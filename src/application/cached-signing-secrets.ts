import type { Secret } from "../domain/secret.ts";
import type { EpochMillis } from "../domain/time.ts";
import { DependencyUnavailableError } from "./errors.ts";
import { faultFields } from "./fault-fields.ts";
import type { Clock } from "./ports/clock.ts";
import type { Logger } from "./ports/logger.ts";
import type { SigningSecretSource, SigningSecretVersions } from "./ports/signing-secret-source.ts";
import type { SigningSecrets } from "./ports/signing-secrets.ts";

/** How long an answer is given without asking again: by then every instance has heard of a rotation. */
const FRESH_SECONDS = 300;

/** How long it is given while the source is down: what a withdrawn secret is worth then, against refusing everybody. */
const STALE_SECONDS = 3600;

/** Whoever sends bad signatures causes no more calls than one in this time. */
const REREAD_SECONDS = 30;

/** Nobody is asked for this long after the first failure, the second and so on: at most 25 calls in ten minutes. */
const PAUSES_SECONDS: readonly number[] = [1, 2, 4, 8, 16];
const LAST_PAUSE_SECONDS = 30;

type Answer = SigningSecretVersions & { readonly askedAt: EpochMillis };
type Failure = { readonly cause: unknown; readonly at: EpochMillis; readonly count: number };

/**
 * Signing secrets remembered from a source. A new process asks once, a warm one not at all.
 *
 * The previous secret is given for as long as a token signed with it can live, counted from when the current one was
 * made, and not a moment longer: neither from memory nor while the source is down. So a rotation refuses no good token,
 * and needs no setting of its own. A stolen secret is withdrawn by rotating twice: only one previous version is kept.
 */
export function makeCachedSigningSecrets(deps: {
  readonly source: SigningSecretSource;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly tokenLifetimeSeconds: number;
}): SigningSecrets {
  // Signers cache as well: the last one hears of a rotation when its answer is no longer fresh.
  const overlapSeconds = deps.tokenLifetimeSeconds + FRESH_SECONDS;
  let answer: Answer | undefined;
  let failure: Failure | undefined;
  let flight: Promise<void> | undefined;
  let rereadAt: EpochMillis | undefined;

  async function read() {
    const now = deps.clock.now();
    if (!isWithin(FRESH_SECONDS, answer?.askedAt, now)) await refresh(now);
    return known();
  }

  async function reread() {
    const now = deps.clock.now();
    if (isWithin(REREAD_SECONDS, rereadAt, now)) {
      // Whoever comes while the first one is still asking gets what that one gets.
      await flight;
      return read();
    }
    rereadAt = now;
    await refresh(now);
    return known();
  }

  /** One flight at a time, none in the pause after a failure. Never rejects: what comes of it is remembered. */
  async function refresh(now: EpochMillis): Promise<void> {
    if (flight === undefined && isWithin(pauseSeconds(failure), failure?.at, now)) return;
    flight ??= ask(now).finally(() => {
      flight = undefined;
    });
    await flight;
  }

  async function ask(now: EpochMillis): Promise<void> {
    try {
      const versions = await deps.source.fetch(secondsBefore(now, overlapSeconds));
      // The age counts from the question: Lambda may have frozen the process between it and the answer.
      answer = { ...withKnownSecrets(versions, answer), askedAt: now };
      failure = undefined;
    } catch (cause) {
      failure = { cause, at: deps.clock.now(), count: (failure?.count ?? 0) + 1 };
      // Without an answer to fall back on the caller throws, and whoever answers that writes the line.
      if (usable(failure.at)) deps.logger.warn("signing secrets not refreshed", faultFields(cause));
    }
  }

  function known(): readonly [Secret, ...Secret[]] {
    const now = deps.clock.now();
    const { current, previous, createdAt } = usable(now) ?? unavailable(failure);
    const overlaps = previous !== undefined && now < secondsAfter(createdAt, overlapSeconds);
    return overlaps ? [current, previous] : [current];
  }

  function usable(now: EpochMillis): Answer | undefined {
    return isWithin(STALE_SECONDS, answer?.askedAt, now) ? answer : undefined;
  }

  return { read, reread };
}

function unavailable(failure: Failure | undefined): never {
  throw new DependencyUnavailableError("SIGNING_SECRETS", { cause: failure?.cause });
}

/** False also when the clock was set back since: rather one call too many than a span that never ends. */
function isWithin(seconds: number, since: EpochMillis | undefined, now: EpochMillis): boolean {
  return since !== undefined && since <= now && now < secondsAfter(since, seconds);
}

function secondsAfter(moment: EpochMillis, seconds: number): EpochMillis {
  return (moment + seconds * 1000) as EpochMillis;
}

function secondsBefore(moment: EpochMillis, seconds: number): EpochMillis {
  return secondsAfter(moment, -seconds);
}

function pauseSeconds(failure: Failure | undefined): number {
  return failure === undefined ? 0 : (PAUSES_SECONDS[failure.count - 1] ?? LAST_PAUSE_SECONDS);
}

/** Equal texts keep their object. A rotation that falls between two looks may show one version under both labels. */
function withKnownSecrets(versions: SigningSecretVersions, answer: Answer | undefined): SigningSecretVersions {
  const { createdAt, previous } = versions;
  const current = sameAs(versions.current, answer) ?? versions.current;
  if (previous === undefined || previous.reveal() === current.reveal()) return { createdAt, current };
  return { createdAt, current, previous: sameAs(previous, answer) ?? previous };
}

function sameAs(secret: Secret, answer: Answer | undefined): Secret | undefined {
  return [answer?.current, answer?.previous].find((known) => known?.reveal() === secret.reveal());
}
