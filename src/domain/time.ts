import type { Brand } from "./brand.ts";

/** Seconds since 1970, the unit of a JWT's NumericDate (RFC 7519 section 2) and of DynamoDB's TTL. */
export type EpochSeconds = Brand<number, "EpochSeconds">;

/** Milliseconds since 1970, the unit of JavaScript and of API Gateway's `connectedAt`. */
export type EpochMillis = Brand<number, "EpochMillis">;

/** The year 2242. A larger NumericDate is in milliseconds by mistake, or an attempt to never expire. */
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

/** Rounds down: the result is never later than the moment, so the conversion lengthens no life. */
export function toEpochSeconds(millis: EpochMillis): EpochSeconds {
  return ((millis - (millis % 1000)) / 1000) as EpochSeconds;
}

export function addSeconds(moment: EpochSeconds, seconds: number): EpochSeconds {
  return (moment + seconds) as EpochSeconds;
}

export function earlier<Moment extends EpochSeconds | EpochMillis>(one: Moment, other: Moment): Moment {
  return one < other ? one : other;
}

export function later(one: EpochSeconds, other: EpochSeconds): EpochSeconds {
  return one > other ? one : other;
}

/** Cuts off the fraction, for values that must be whole seconds: a TTL, or an expiry that is sent as text. */
export function wholeSeconds(moment: EpochSeconds): EpochSeconds {
  return (moment - (moment % 1)) as EpochSeconds;
}

export function secondsAfter(moment: EpochMillis, seconds: number): EpochMillis {
  return (moment + seconds * 1000) as EpochMillis;
}

/** Also false if the clock was set back after `since`: an extra call is better than an interval that never ends. */
export function isWithin(seconds: number, since: EpochMillis | undefined, now: EpochMillis): boolean {
  return since !== undefined && since <= now && now < secondsAfter(since, seconds);
}
