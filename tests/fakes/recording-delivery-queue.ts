import { DependencyUnavailableError } from "../../src/application/errors.ts";
import type { DeadLetters, DeliveryQueue } from "../../src/application/ports/delivery-queue.ts";
import type { MalformedInputCode } from "../../src/domain/errors.ts";
import type { Delivery, UndeliverableReason } from "../../src/domain/notification/delivery.ts";

/** Implements both ports, as the adapter for SQS does. Keeps its messages until a test takes them out. */
export class RecordingDeliveryQueue implements DeliveryQueue, DeadLetters {
  readonly deferred: { readonly delivery: Delivery; readonly delaySeconds: number }[] = [];
  readonly dead: { readonly delivery: Delivery; readonly reason: UndeliverableReason }[] = [];
  readonly unread: { readonly body: string; readonly reason: MalformedInputCode }[] = [];
  /** The number of next calls that fail. */
  outages = 0;

  async defer(delivery: Delivery, delaySeconds: number): Promise<void> {
    this.#meetOutage();
    this.deferred.push({ delivery, delaySeconds });
  }

  async addDelivery(delivery: Delivery, reason: UndeliverableReason): Promise<void> {
    this.#meetOutage();
    this.dead.push({ delivery: { ...delivery, attempt: 0 }, reason });
  }

  async addRawMessage(body: string, reason: MalformedInputCode): Promise<void> {
    this.#meetOutage();
    this.unread.push({ body, reason });
  }

  #meetOutage(): void {
    if (this.outages === 0) return;
    this.outages -= 1;
    throw new DependencyUnavailableError("DELIVERY_QUEUE");
  }
}
