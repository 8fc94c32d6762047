import { isExpired } from "../../domain/connection/connection.ts";
import {
  MAX_POSTS,
  PATIENCE_MILLIS,
  pauseCeilingMillis,
  type UndeliverableReason,
} from "../../domain/notification/delivery.ts";
import type { Recipient } from "../../domain/notification/notification.ts";
import { judgePost, type PostOutcome } from "../../domain/notification/post-outcome.ts";
import { type EpochMillis, toEpochSeconds } from "../../domain/time.ts";
import type { SendToConnection } from "../ports/connection-channel.ts";
import type { Backoff, Clock, Timer } from "../ports/system.ts";
import type { Tally } from "./delivery-report.ts";
import type { Semaphore } from "./semaphore.ts";

/** `untried`: time was up before the first post. `failed`: posted in vain, and worth another attempt. */
export type PostEnding = "delivered" | "gone" | "expired" | "untried" | "failed" | UndeliverableReason;

export type PostJob = {
  readonly post: SendToConnection;
  readonly semaphore: Semaphore;
  readonly clock: Clock;
  readonly backoff: Backoff;
  readonly timer: Timer;
  readonly deadline: EpochMillis;
  readonly tally: Tally;
};

/**
 * Posts to one connection until it is settled, the posts are used up, or the deadline leaves no time for another. A post
 * that hangs is the last; `onHanging` is called while the post is still under way.
 */
export async function postToRecipient(recipient: Recipient, job: PostJob, onHanging: () => void): Promise<PostEnding> {
  let hangs = false;
  const post = async (release: () => void) => {
    const cancel = job.timer.after(PATIENCE_MILLIS, () => {
      hangs = true;
      release();
      onHanging();
    });
    try {
      return await postInTime(recipient, job);
    } finally {
      cancel();
    }
  };

  for (let posts = 1; ; posts += 1) {
    const outcome = await job.semaphore(post);
    if (outcome === "expired") return "expired";
    if (outcome === "out-of-time") return posts === 1 ? "untried" : "failed";
    if (outcome === "throttled") job.tally.throttled += 1;

    const now = job.clock.now();
    const verdict = judgePost(outcome, recipient, now);
    if (verdict === "try-later") return "failed";
    if (verdict !== "try-again") return verdict;
    const ceiling = pauseCeilingMillis(posts);
    if (hangs || posts === MAX_POSTS || now + ceiling >= job.deadline) return "failed";
    // Without a permit: while this connection waits, others are served.
    await job.backoff.pause(ceiling);
  }
}

/** Checks expiry and deadline when the permit is granted, not when the wait for it began. */
async function postInTime(recipient: Recipient, job: PostJob): Promise<PostOutcome | "expired" | "out-of-time"> {
  const now = job.clock.now();
  if (isExpired(recipient, toEpochSeconds(now))) return "expired";
  if (now >= job.deadline) return "out-of-time";
  try {
    return await job.post(recipient.connectionId);
  } catch {
    // Against the port's promise, but one connection's trouble stays its own.
    return "failed";
  }
}
