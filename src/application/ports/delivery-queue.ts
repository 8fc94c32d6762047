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
 * Keeps messages that cannot succeed, for operators to look at, each with its reason, of any size and with any
 * characters. A delivery whose push fits into a frame can be moved back unchanged. Answers within three seconds or throws
 * DependencyUnavailableError.
 */
export interface DeadLetters {
  undeliverable(delivery: Delivery, reason: UndeliverableReason): Promise<void>;
  /**
   * A message that could not be parsed, to the byte, with two exceptions: characters that no queue carries are escaped as
   * in JSON, and a message that leaves no room for its reason loses up to 200 bytes at its end.
   */
  unreadable(body: string, reason: MalformedInputCode): Promise<void>;
}
