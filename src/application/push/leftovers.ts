import type { ConnectionId } from "../../domain/connection/connection.ts";
import {
  attemptDelaySeconds,
  type Delivery,
  MAX_ATTEMPTS,
  MAX_NAMED,
  type UndeliverableReason,
} from "../../domain/notification/delivery.ts";
import type { NamedRecipient } from "../../domain/notification/notification.ts";
import type { DeadLetters, DeliveryQueue } from "../ports/delivery-queue.ts";
import { countDeadLetters, type DeliveryOutcome, noteUnreached, type Tally } from "./delivery-report.ts";

/** Enqueues the recipients that one invocation did not reach. Throws DependencyUnavailableError. */
export type Leftovers = {
  /** Enqueued in batches of at most `MAX_NAMED` as failures arrive, so memory stays bounded. */
  failed(recipient: NamedRecipient): Promise<void>;
  undeliverable(recipient: NamedRecipient, reason: UndeliverableReason): Promise<void>;
  /**
   * Flushes pending batches and enqueues the recipients that were not attempted, with their attempt count. Returns
   * `dead-lettered` if the unread pages went to the dead letters.
   */
  close(remaining: {
    readonly notAttempted: readonly NamedRecipient[];
    readonly unread?: { readonly page?: string };
    /** Why the unread pages cannot be read. */
    readonly reason?: UndeliverableReason;
    readonly attempt: number;
  }): Promise<DeliveryOutcome>;
};

export function makeLeftovers(
  delivery: Delivery,
  ports: { readonly queue: DeliveryQueue; readonly deadLetters: DeadLetters },
  tally: Tally,
): Leftovers {
  const later = async (to: Delivery["to"], attempt: number): Promise<DeliveryOutcome> => {
    if (attempt >= MAX_ATTEMPTS) return giveUp(to, attempt, "ATTEMPTS_EXHAUSTED");
    await ports.queue.defer({ ...delivery, to, attempt }, attemptDelaySeconds(attempt));
    if ("recipients" in to) {
      tally.deferred += to.recipients.length;
      noteUnreached(tally, to.recipients, "deferred");
    }
    return { kind: "continued" };
  };
  const giveUp = async (to: Delivery["to"], attempt: number, reason: UndeliverableReason): Promise<DeliveryOutcome> => {
    await ports.deadLetters.addDelivery({ ...delivery, to, attempt }, reason);
    countDeadLetters(tally, to, reason);
    return { kind: "dead-lettered", reason };
  };

  const failed = inBatches((recipients) => later({ recipients }, delivery.attempt + 1));
  const dead = new Map<UndeliverableReason, Batches>();

  return {
    failed: failed.add,
    undeliverable(recipient, reason) {
      const batches = dead.get(reason) ?? inBatches((recipients) => giveUp({ recipients }, delivery.attempt, reason));
      dead.set(reason, batches);
      return batches.add(recipient);
    },
    async close({ notAttempted, unread, reason, attempt }) {
      const left = inBatches((recipients) => later({ recipients }, attempt));
      for (const recipient of notAttempted) await left.add(recipient);
      for (const batches of [left, failed, ...dead.values()]) await batches.flush();
      if (unread === undefined) return { kind: "completed" };
      return reason === undefined ? later(unread, attempt) : giveUp(unread, attempt, reason);
    },
  };
}

type Batches = { readonly add: (recipient: NamedRecipient) => Promise<void>; readonly flush: () => Promise<void> };

/** A connection that subscribes again while its audience is read may come twice: a batch names it once. */
function inBatches(handOn: (recipients: readonly NamedRecipient[]) => Promise<unknown>): Batches {
  const held = new Map<ConnectionId, NamedRecipient>();
  const flush = async () => {
    const batch = [...held.values()];
    held.clear();
    if (batch.length > 0) await handOn(batch);
  };
  const add = async (recipient: NamedRecipient) => {
    held.set(recipient.connectionId, recipient);
    if (held.size >= MAX_NAMED) await flush();
  };
  return { add, flush };
}
