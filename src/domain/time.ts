import type { Brand } from "./brand.ts";

/** Seconds since 1970: what a JWT's NumericDate (RFC 7519 section 2) and DynamoDB's TTL count in. */
export type EpochSeconds = Brand<number, "EpochSeconds">;

/** Milliseconds since 1970: what JavaScript and API Gateway's `connectedAt` count in. */
export type EpochMillis = Brand<number, "EpochMillis">;

/** The year 2242. Above it a NumericDate is milliseconds by mistake, or an attempt to never expire. */
const LATEST_SECONDS = 2 ** 33;

/** A finite number of seconds after 1970 and before 2242, fractions allowed as in RFC 7519; else undefined. */
export function parseEpochSeconds(value: unknown): EpochSeconds | undefined {
  if (typeof value !== "number" || !(value > 0 && value < LATEST_SECONDS)) return undefined;
  return value as EpochSeconds;
}

/** An integer number of milliseconds after 1970 and before 2242; else undefined. */
export function parseEpochMillis(value: unknown): EpochMillis | undefined {
  if (!Number.isSafeInteger(value)) return undefined;
  const millis = value as EpochMillis;
  return millis > 0 && millis < LATEST_SECONDS * 1000 ? millis : undefined;
}

/** Rounded down: a moment is never later than it is, so nothing lives longer by being counted in seconds. */
export function toEpochSeconds(millis: EpochMillis): EpochSeconds {
  return ((millis - (millis % 1000)) / 1000) as EpochSeconds;
}

export function addSeconds(moment: EpochSeconds, seconds: number): EpochSeconds {
  return (moment + seconds) as EpochSeconds;
}

export function earlier(one: EpochSeconds, other: EpochSeconds): EpochSeconds {
  return one < other ? one : other;
}

/** Fractions cut off, for what must be a whole number of seconds: a TTL, an expiry that travels as text. */
export function wholeSeconds(moment: EpochSeconds): EpochSeconds {
  return (moment - (moment % 1)) as EpochSeconds;
}

export function secondsAfter(moment: EpochMillis, seconds: number): EpochMillis {
  return (moment + seconds * 1000) as EpochMillis;
}

/** False also if the clock was set back since `since`: an extra call is better than a span that never ends. */
export function isWithin(seconds: number, since: EpochMillis | undefined, now: EpochMillis): boolean {
  return since !== undefined && since <= now && now < secondsAfter(since, seconds);
}
