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
 * Where people look at what cannot succeed, each with its reason, whatever its size and its characters. A delivery whose
 * push fits into a frame can be moved back as it is. Answers within three seconds or throws DependencyUnavailableError.
 */
export interface DeadLetters {
  undeliverable(delivery: Delivery, reason: UndeliverableReason): Promise<void>;
  /**
   * What arrived, since nothing of it was understood: to the byte, but for characters that no queue carries, which are
   * escaped as in JSON, and for the last 200 bytes of a message that leaves its reason no room.
   */
  unreadable(body: string, reason: MalformedInputCode): Promise<void>;
}
