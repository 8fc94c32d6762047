import type { EpochMillis } from "../time.ts";
import type { UndeliverableReason } from "./delivery.ts";
import type { Recipient } from "./notification.ts";

/**
 * The outcome of one post to one connection. `unanswered`: no response came within the time limit. After `throttled`,
 * `failed` and `unanswered` the client may have received the frame all the same.
 */
export type PostOutcome = "delivered" | "gone" | "throttled" | "failed" | "unanswered" | "refused" | "too-large";

/** `try-later`: a post that hung would hang again now. Each try costs its time limit and may cause a duplicate. */
export type PostVerdict =
  | { readonly kind: "delivered" | "gone" }
  | { readonly kind: "try-again" }
  | { readonly kind: "try-later" }
  | { readonly kind: "undeliverable"; readonly reason: UndeliverableReason };

/**
 * A post gets 410 also while `$connect` is still running. For this long a 410 does not prove that the connection is
 * gone.
 */
const CONNECTING_MILLIS = 10_000;

export function isConnecting(connectedAt: EpochMillis, now: EpochMillis): boolean {
  return now - connectedAt < CONNECTING_MILLIS;
}

/** Decides whether a post settles its recipient, and how. */
export function judgePost(outcome: PostOutcome, recipient: Recipient, now: EpochMillis): PostVerdict {
  switch (outcome) {
    case "delivered":
      return { kind: "delivered" };
    case "gone":
      return { kind: isConnecting(recipient.connectedAt, now) ? "try-again" : "gone" };
    case "throttled":
    case "failed":
      return { kind: "try-again" };
    case "unanswered":
      return { kind: "try-later" };
    // A retry changes neither our permission nor the size of the frame.
    case "refused":
      return { kind: "undeliverable", reason: "PUSH_REFUSED" };
    case "too-large":
      return { kind: "undeliverable", reason: "PUSH_TOO_LARGE" };
  }
}
