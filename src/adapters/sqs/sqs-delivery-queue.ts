import type { SQSClient } from "@aws-sdk/client-sqs";
import type { DeadLetters, DeliveryQueue } from "../../application/ports/delivery-queue.ts";
import type { MalformedInputCode } from "../../domain/errors.ts";
import type { Delivery, UndeliverableReason } from "../../domain/notification/delivery.ts";
import { deadLetter } from "./dead-letter.ts";
import { encodeDelivery } from "./delivery-body.ts";
import { SqsSender } from "./sqs-sender.ts";

/**
 * Continuations and dead letters in SQS. The body of a dead letter is the function's own input, so that moving it back
 * replays it. Its reason is an attribute.
 */
export class SqsDeliveryQueue implements DeliveryQueue, DeadLetters {
  readonly #sender: SqsSender;
  readonly #urls: { readonly continuations: string; readonly deadLetters: string };

  constructor(
    makeClient: () => SQSClient,
    urls: { readonly continuations: string; readonly deadLetters: string },
    budgetMillis?: number,
  ) {
    this.#sender = new SqsSender(makeClient, "DELIVERY_QUEUE", budgetMillis);
    this.#urls = urls;
  }

  defer(delivery: Delivery, delaySeconds: number): Promise<void> {
    return this.#sender.send({
      QueueUrl: this.#urls.continuations,
      MessageBody: encodeDelivery(delivery),
      DelaySeconds: delaySeconds,
    });
  }

  addDelivery(delivery: Delivery, reason: UndeliverableReason): Promise<void> {
    return this.addRawMessage(encodeDelivery({ ...delivery, attempt: 0 }), reason);
  }

  addRawMessage(body: string, reason: MalformedInputCode | UndeliverableReason): Promise<void> {
    return this.#sender.send({ QueueUrl: this.#urls.deadLetters, ...deadLetter(body, reason) });
  }
}
