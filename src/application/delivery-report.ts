import type { UndeliverableReason } from "../domain/notification/delivery.ts";

/** What became of the recipients that one invocation took in hand, each in exactly one count. */
type RecipientCounts = {
  readonly delivered: number;
  readonly gone: number;
  readonly expired: number;
  readonly deferred: number;
  readonly deadLettered: number;
};

export type DeliveryReport = RecipientCounts & {
  /** `continued`: part of the audience was not read yet, and is counted by whoever reads it. */
  readonly outcome: "completed" | "continued" | UndeliverableReason;
  /** Posts that the gateway turned away for their rate. */
  readonly throttled: number;
  /** Gone connections whose records could not be removed: each costs one more post. */
  readonly unforgotten: number;
};

export type Tally = { -readonly [Count in keyof Omit<DeliveryReport, "outcome">]: number };

export function newTally(): Tally {
  return { delivered: 0, gone: 0, expired: 0, deferred: 0, deadLettered: 0, throttled: 0, unforgotten: 0 };
}
