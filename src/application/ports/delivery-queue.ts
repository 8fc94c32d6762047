import type { MalformedInputCode } from "../../domain/errors.ts";
import type { Delivery, UndeliverableReason } from "../../domain/notification/delivery.ts";

/**
 * Keeps deliveries that this invocation cannot finish. Responds within three seconds or throws
 * DependencyUnavailableError. A call that threw may still have taken effect, so a delivery may be handled twice.
 */
export interface DeliveryQueue {
  /** Another invocation, with its own time, handles the delivery after the delay at the earliest. */
  defer(delivery: Delivery, delaySeconds: number): Promise<void>;
}

/**
 * Keeps messages that cannot succeed, for operators to read: each with its reason, of any size and with any characters.
 * A delivery whose push fits into a frame can be moved back unchanged. Responds within three seconds or throws
 * DependencyUnavailableError.
 */
export interface DeadLetters {
  addDelivery(delivery: Delivery, reason: UndeliverableReason): Promise<void>;
  /**
   * Keeps a message that could not be parsed, byte for byte, with two exceptions: characters that no queue carries are
   * escaped as in JSON, and a message that leaves no space for its reason loses up to 200 bytes at its end.
   */
  addRawMessage(body: string, reason: MalformedInputCode): Promise<void>;
}
