import type { MalformedInputCode } from "../../domain/errors.ts";
import type { Delivery, UndeliverableReason } from "../../domain/notification/delivery.ts";

/**
 * Where a delivery waits that this invocation does not finish. Answers within three seconds or throws
 * DependencyUnavailableError; a call that threw may still have taken effect, so a delivery may be taken up twice.
 */
export interface DeliveryQueue {
  /** Taken up again after the delay at the earliest, by an invocation of its own, with its own time. */
  defer(delivery: Delivery, delaySeconds: number): Promise<void>;
}

/**
 * Where people look at what cannot succeed. Whatever lies there can be moved back to where it came from, as it is, once
 * its reason is mended. Answers within three seconds or throws DependencyUnavailableError.
 */
export interface DeadLetters {
  undeliverable(delivery: Delivery, reason: UndeliverableReason): Promise<void>;
  /** What arrived, to the byte: nothing of it was understood. */
  unreadable(body: string, reason: MalformedInputCode): Promise<void>;
}
