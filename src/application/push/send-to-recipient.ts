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

/** `not-attempted`: the deadline came before the first post. `failed`: no post succeeded, and a later attempt may. */
export type SendOutcome =
  | { readonly kind: "delivered" | "gone" | "expired" | "not-attempted" | "failed" }
  | { readonly kind: "undeliverable"; readonly reason: UndeliverableReason };

/**
 * Finds a recipient with its end as the store has it now, strongly consistent; undefined if it has ended. Throws if the
 * store cannot be read.
 */
export type FindAgain = (recipient: Recipient) => Promise<Recipient | undefined>;

/** The values that all sends of one push share. */
export type Sending = {
  readonly send: SendToConnection;
  readonly findAgain: FindAgain;
  readonly semaphore: Semaphore;
  readonly clock: Clock;
  readonly backoff: Backoff;
  readonly timer: Timer;
  readonly deadline: EpochMillis;
  readonly tally: Tally;
};

/**
 * Posts to one connection until its outcome is final, the posts are used up, or the deadline leaves no time for
 * another. No post follows one that hangs; `onHanging` is called while that post is still under way. A recipient whose
 * end has passed is looked up once, since it may have been renewed or granted again; it expires only as the store says.
 */
export async function sendToRecipient(named: Recipient, sending: Sending, onHanging: () => void): Promise<SendOutcome> {
  let recipient = named;
  let isLookedUp = false;
  let hangs = false;
  const post = async (release: () => void) => {
    const cancel = sending.timer.after(PATIENCE_MILLIS, () => {
      hangs = true;
      release();
      onHanging();
    });
    try {
      return await postInTime(recipient, sending);
    } finally {
      cancel();
    }
  };

  for (let posts = 1; ; posts += 1) {
    const outcome = await sending.semaphore(post);
    if (outcome === "expired") {
      // The renewed end has passed too: a later attempt looks it up.
      if (isLookedUp) return { kind: "failed" };
      isLookedUp = true;
      const found = await lookUp(recipient, sending);
      if (found === undefined || found === "failed") return { kind: found ?? "expired" };
      recipient = found;
      posts -= 1;
      continue;
    }
    if (outcome === "out-of-time") return { kind: posts === 1 ? "not-attempted" : "failed" };
    if (outcome === "throttled") sending.tally.throttled += 1;

    const now = sending.clock.now();
    const verdict = judgePost(outcome, recipient, now);
    if (verdict.kind === "try-later") return { kind: "failed" };
    if (verdict.kind !== "try-again") return verdict;
    const ceiling = pauseCeilingMillis(posts);
    if (hangs || posts === MAX_POSTS || now + ceiling >= sending.deadline) return { kind: "failed" };
    // The pause holds no permit, so that other connections are served meanwhile.
    await sending.backoff.pause(ceiling);
  }
}

/** Takes a permit as a post does, so the reads under way at once are bounded too. */
async function lookUp(recipient: Recipient, sending: Sending): Promise<Recipient | "failed" | undefined> {
  sending.tally.lookedUp += 1;
  try {
    return await sending.semaphore(() => sending.findAgain(recipient));
  } catch {
    return "failed";
  }
}

/** Checks expiry and deadline when the permit is granted, not when the wait for it began. */
async function postInTime(recipient: Recipient, sending: Sending): Promise<PostOutcome | "expired" | "out-of-time"> {
  const now = sending.clock.now();
  if (now >= sending.deadline) return "out-of-time";
  if (isExpired(recipient, toEpochSeconds(now))) return "expired";
  try {
    return await sending.send(recipient.connectionId);
  } catch {
    // The port promises not to throw. If it does, the fault concerns this connection alone.
    return "failed";
  }
}
