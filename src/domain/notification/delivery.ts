import type { EpochMillis } from "../time.ts";
import type { NamedRecipient, Notification } from "./notification.ts";

/**
 * A notification and whom it has yet to reach: all of its audience, the audience from a page on, or those whom earlier
 * attempts did not get through to.
 */
export type Delivery<N extends Notification = Notification> = {
  readonly notification: N;
  readonly to: { readonly page?: string } | { readonly recipients: readonly NamedRecipient[] };
  /** How many invocations have already failed to get any further with it. */
  readonly attempt: number;
};

/** How many recipients one message names: some 30 KB if user ids are UUIDs, beside a push of at most 128 KB. Each costs a read. */
export const MAX_NAMED = 500;

/** Why a delivery was put aside for people to look at. */
export type UndeliverableReason =
  | "ATTEMPTS_EXHAUSTED"
  | "MALFORMED_PAGE"
  | "PUSH_REFUSED"
  | "PUSH_TOO_LARGE"
  | "TOO_OLD";

/** A push about what was, an hour late, does more harm than good; a redriven dead letter is the usual case. */
const MAX_AGE_MILLIS = 3_600_000;

export const MAX_ATTEMPTS = 6;

/** How many posts one invocation makes to a connection that does not answer well. */
export const MAX_POSTS = 4;

/**
 * How long a post holds its slot. A good one is answered within a tenth of this time; one that hangs continues without a
 * slot, so that the others are served however many hang.
 */
export const PATIENCE_MILLIS = 250;

const FIRST_PAUSE_MILLIS = 100;
const FIRST_DELAY_SECONDS = 5;

export function isTooOld({ publishedAt, replay }: Notification, now: EpochMillis): boolean {
  return !replay && now - publishedAt > MAX_AGE_MILLIS;
}

/** The longest pause after so many posts: 100, 200, 400 ms, so that a stuck connection is left to later within a second. */
export function pauseCeilingMillis(posts: number): number {
  return FIRST_PAUSE_MILLIS * 2 ** (posts - 1);
}

/** The wait before an attempt: 5, 15, 45, 135, 405 s, together as long as an outage that is worth waiting out. */
export function attemptDelaySeconds(attempt: number): number {
  return attempt === 0 ? 0 : FIRST_DELAY_SECONDS * 3 ** (attempt - 1);
}
