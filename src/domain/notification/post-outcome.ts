import type { EpochMillis } from "../time.ts";
import type { UndeliverableReason } from "./delivery.ts";
import type { Recipient } from "./notification.ts";

/**
 * The outcome of one post to one connection. `unanswered` used up its time limit. After `throttled`, `failed` and
 * `unanswered` the frame may have arrived all the same.
 */
export type PostOutcome = "delivered" | "gone" | "throttled" | "failed" | "unanswered" | "refused" | "too-large";

/** `try-later`: a post that hangs would hang again now, and each try costs its time limit, and perhaps a duplicate. */
export type PostVerdict = "delivered" | "gone" | "try-again" | "try-later" | UndeliverableReason;

/** A post before $connect has answered is told 410 too, so for this long 410 is no proof that a connection is dead. */
const CONNECTING_MILLIS = 10_000;

/** Whether a post settles its recipient, and how. */
export function judgePost(outcome: PostOutcome, recipient: Recipient, now: EpochMillis): PostVerdict {
  switch (outcome) {
    case "delivered":
      return "delivered";
    case "gone":
      return now - recipient.connectedAt < CONNECTING_MILLIS ? "try-again" : "gone";
    case "throttled":
    case "failed":
      return "try-again";
    case "unanswered":
      return "try-later";
    // Neither our permission nor the size of the frame changes by asking again.
    case "refused":
      return "PUSH_REFUSED";
    case "too-large":
      return "PUSH_TOO_LARGE";
  }
}
