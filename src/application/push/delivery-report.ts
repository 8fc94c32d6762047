import type { UserId } from "../../domain/identity/identity.ts";
import type { Delivery, UndeliverableReason } from "../../domain/notification/delivery.ts";

/** The recipients of one invocation by outcome, each in exactly one count. */
type RecipientCounts = {
  readonly delivered: number;
  readonly gone: number;
  readonly expired: number;
  readonly deferred: number;
  /** An unread audience that goes to the dead letters counts as one. */
  readonly deadLettered: number;
};

/** `continued`: part of the audience was not read yet; the invocation that reads it counts it. */
export type DeliveryOutcome =
  | { readonly kind: "completed" | "continued" }
  | { readonly kind: "dead-lettered"; readonly reason: UndeliverableReason };

export type DeliveryReport = RecipientCounts & {
  readonly outcome: DeliveryOutcome;
  /** Posts that the gateway refused because of their rate. */
  readonly throttled: number;
  /** Recipients that were looked up again, since their end had passed before their post. */
  readonly lookedUp: number;
  /** Gone connections whose records could not be removed: each costs one more post. */
  readonly unforgotten: number;
  /** The first hundred users with an unreached connection, each with the reason, as in `ann gone`. */
  readonly unreached: readonly string[];
};

export type Tally = { -readonly [Count in keyof Omit<DeliveryReport, "outcome" | "unreached">]: number } & {
  readonly unreached: string[];
};

/** An id has 128 bytes at most, and a log entry in CloudWatch has up to 256 KB. */
const MAX_UNREACHED = 100;

export function newTally(): Tally {
  const recipients = { delivered: 0, gone: 0, expired: 0, deferred: 0, deadLettered: 0 };
  return { ...recipients, throttled: 0, lookedUp: 0, unforgotten: 0, unreached: [] };
}

/** Adds unreached users to the tally. A user id has no blank, so the reason begins after the first one. */
export function noteUnreached(tally: Tally, users: readonly { readonly userId: UserId }[], why: string): void {
  for (const { userId } of users) {
    if (tally.unreached.length === MAX_UNREACHED) return;
    const entry = `${userId} ${why}`;
    if (!tally.unreached.includes(entry)) tally.unreached.push(entry);
  }
}

/** Counts an audience, or a part of it, that goes to the dead letters. */
export function countDeadLetters(tally: Tally, to: Delivery["to"], reason: UndeliverableReason): void {
  tally.deadLettered += "recipients" in to ? to.recipients.length : 1;
  if ("recipients" in to) noteUnreached(tally, to.recipients, reason);
}
