import type { Secret } from "../../domain/secret.ts";
import type { EpochMillis } from "../../domain/time.ts";
import { DependencyUnavailableError } from "../errors.ts";
import { faultFields } from "../fault-fields.ts";
import type { Logger } from "../ports/logger.ts";
import type {
  NoSigningSecret,
  SigningSecretSource,
  SigningSecrets,
  SigningSecretVersions,
} from "../ports/signing-secrets.ts";
import type { Clock } from "../ports/system.ts";

/** How long an answer is given without asking again: by then every instance has heard of a rotation. */
const FRESH_SECONDS = 300;

/** How long it is used while the source is down: longer helps a thief of a secret, shorter refuses all users. */
const STALE_SECONDS = 3600;

/** Bad signatures cause at most one look in this time, and a rotation is noticed within it. */
const REREAD_SECONDS = 5;

/**
 * The pauses after the first failure, the second and so on: at most 24 looks in ten minutes. Each request is tried twice:
 * a failed look is two requests, or three if only the previous version fails. That makes 48 requests, or 72.
 */
const PAUSES_SECONDS: readonly number[] = [1, 2, 4, 8, 16];
const LAST_PAUSE_SECONDS = 30;

type Answer = {
  readonly current: Secret;
  readonly createdAt: EpochMillis;
  readonly askedAt: EpochMillis;
  readonly previous?: { readonly secret: Secret; readonly askedAt: EpochMillis };
};
type Failure = { readonly cause: unknown; readonly at: EpochMillis; readonly count: number };

/**
 * Signing secrets remembered from a source. A new process asks once, a warm one not at all.
 *
 * The previous secret is given for as long as a token signed with it can live, counted from when the current one was
 * made, and not a moment longer: neither from memory nor while the source is down. So a rotation refuses no good token,
 * and needs no setting of its own. A stolen secret is withdrawn by rotating twice: only one previous version is kept.
 *
 * Memory bridges only an outage. The answer that the secret is deleted, or that we have no permission, clears the memory
 * at once.
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
  /** The last look's, if one of its questions had no answer. */
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
    if (!isWithin(REREAD_SECONDS, rereadAt, now)) {
      await refresh(now);
      if (failure !== undefined) throw unavailable(failure);
      rereadAt = answer?.askedAt;
    }
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

  /** The age of an answer counts from the question: Lambda may have frozen the process between it and the answer. */
  async function ask(now: EpochMillis): Promise<void> {
    try {
      const found = await deps.source.fetch(secondsBefore(now, overlapSeconds));
      answer = found.kind === "none" ? undefined : remembered(found, now, answer);
      failure = failureAfter(found);
    } catch (cause) {
      failure = nextFailure(cause);
    }
    // Without a usable answer the caller throws, and the line of its request has the cause.
    if (failure !== undefined && usable(failure.at)) {
      deps.logger.warn("signing secrets not refreshed", faultFields(failure.cause));
    }
  }

  function failureAfter(found: SigningSecretVersions | NoSigningSecret): Failure | undefined {
    const cause = found.kind === "none" ? found.cause : found.previousUnread;
    return cause === undefined ? undefined : nextFailure(cause);
  }

  function nextFailure(cause: unknown): Failure {
    return { cause, at: deps.clock.now(), count: (failure?.count ?? 0) + 1 };
  }

  function known(): readonly [Secret, ...Secret[]] {
    const now = deps.clock.now();
    const held = usable(now);
    if (held === undefined) throw unavailable(failure);
    const { current, previous, createdAt } = held;
    const overlaps = isWithin(STALE_SECONDS, previous?.askedAt, now) && now < secondsAfter(createdAt, overlapSeconds);
    return previous !== undefined && overlaps ? [current, previous.secret] : [current];
  }

  function usable(now: EpochMillis): Answer | undefined {
    return isWithin(STALE_SECONDS, answer?.askedAt, now) ? answer : undefined;
  }

  return { read, reread };
}

function unavailable(failure: Failure | undefined): DependencyUnavailableError {
  return new DependencyUnavailableError("SIGNING_SECRETS", { cause: failure?.cause });
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

/**
 * Equal texts keep their object. A rotation between two looks may show one version under both labels. If the previous
 * version cannot be read, the known one stays, but only with the same current version: a rotation replaces both.
 */
function remembered(found: SigningSecretVersions, askedAt: EpochMillis, answer: Answer | undefined): Answer {
  const { createdAt, previous, previousUnread } = found;
  const current = sameAs(found.current, answer) ?? found.current;
  const alone = { createdAt, current, askedAt };
  if (previousUnread !== undefined && current === answer?.current) return { ...answer, ...alone };
  if (previous === undefined || previous.reveal() === current.reveal()) return alone;
  return { ...alone, previous: { secret: sameAs(previous, answer) ?? previous, askedAt } };
}

function sameAs(secret: Secret, answer: Answer | undefined): Secret | undefined {
  return [answer?.current, answer?.previous?.secret].find((known) => known?.reveal() === secret.reveal());
}
