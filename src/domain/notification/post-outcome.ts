import type { EpochMillis } from "../time.ts";
import type { UndeliverableReason } from "./delivery.ts";
import type { Recipient } from "./notification.ts";

/**
 * The outcome of one post to one connection. `unanswered`: no response came within the time limit. After `throttled`,
 * `failed` and `unanswered` the client may have received the frame all the same.
 */
export type PostOutcome = "delivered" | "gone" | "throttled" | "failed" | "unanswered" | "refused" | "too-large";

/** `try-later`: a post that hung would hang again now. Each try costs its time limit and may cause a duplicate. */
export type PostVerdict = "delivered" | "gone" | "try-again" | "try-later" | UndeliverableReason;

/**
 * A post gets 410 also while `$connect` is still running. For this long a 410 does not prove that the connection is
 * gone.
 */
const CONNECTING_MILLIS = 10_000;

/** Decides whether a post settles its recipient, and how. */
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
    // A retry changes neither our permission nor the size of the frame.
    case "refused":
      return "PUSH_REFUSED";
    case "too-large":
      return "PUSH_TOO_LARGE";
  }
}
