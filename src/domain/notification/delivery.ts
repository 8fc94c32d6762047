import type { EpochMillis } from "../time.ts";
import type { NamedRecipient, Notification } from "./notification.ts";

/**
 * A notification with the part of its audience that is still to be reached: all of it, the pages from a cursor on, or
 * the recipients that earlier attempts could not reach.
 */
export type Delivery<N extends Notification = Notification> = {
  readonly notification: N;
  readonly to: { readonly page?: string } | { readonly recipients: readonly NamedRecipient[] };
  /** The number of invocations so far that made no progress with it. */
  readonly attempt: number;
};

/**
 * The most recipients that one message names. Their ids take about 30 KB if user ids are UUIDs; the push beside them
 * has at most 128 KB. Each recipient costs a read.
 */
export const MAX_NAMED = 500;

/** The reason why a delivery became a dead letter. */
export type UndeliverableReason =
  | "ATTEMPTS_EXHAUSTED"
  | "MALFORMED_PAGE"
  | "PUSH_REFUSED"
  | "PUSH_TOO_LARGE"
  | "TOO_OLD";

/** A push that is an hour late does more harm than good. The usual case is a redriven dead letter. */
const MAX_AGE_MILLIS = 3_600_000;

export const MAX_ATTEMPTS = 6;

/** The most posts that one invocation makes to a connection whose posts fail. */
export const MAX_POSTS = 4;

/**
 * The time for which a post holds a permit of the semaphore. A good post gets its response within a tenth of this time.
 * A post that hangs continues without a permit, so any number of hanging posts delays no other recipient.
 */
export const PATIENCE_MILLIS = 250;

const FIRST_PAUSE_MILLIS = 100;
const FIRST_DELAY_SECONDS = 5;

export function isTooOld({ publishedAt, replay }: Notification, now: EpochMillis): boolean {
  return !replay && now - publishedAt > MAX_AGE_MILLIS;
}

/**
 * The longest pause after the given number of posts: 100, 200, 400 ms. A stuck connection is thus left to a later
 * invocation within a second.
 */
export function pauseCeilingMillis(posts: number): number {
  return FIRST_PAUSE_MILLIS * 2 ** (posts - 1);
}

/** The wait before an attempt: 5, 15, 45, 135, 405 s. Together they cover an outage of about ten minutes. */
export function attemptDelaySeconds(attempt: number): number {
  return attempt === 0 ? 0 : FIRST_DELAY_SECONDS * 3 ** (attempt - 1);
}
