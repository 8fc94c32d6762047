import { SendMessageCommand, type SQSClient } from "@aws-sdk/client-sqs";
import { DependencyUnavailableError } from "../../application/errors.ts";
import type { DeadLetters, DeliveryQueue } from "../../application/ports/delivery-queue.ts";
import type { MalformedInputCode } from "../../domain/errors.ts";
import type { Delivery, UndeliverableReason } from "../../domain/notification/delivery.ts";
import { withinDeadline } from "../deadline.ts";
import { deadLetter } from "./dead-letter.ts";
import { encodeDelivery } from "./delivery-body.ts";

/** For a whole call, its second attempt included. */
const BUDGET_MILLIS = 2900;

/**
 * Continuations and dead letters in SQS. The body of a dead letter is the function's own input, so that moving it back
 * replays it. Its reason is an attribute.
 */
export class SqsDeliveryQueue implements DeliveryQueue, DeadLetters {
  readonly #makeClient: () => SQSClient;
  #client: SQSClient | undefined;
  readonly #urls: { readonly continuations: string; readonly deadLetters: string };
  readonly #budgetMillis: number;

  /** Makes the client when it is first needed, because most invocations leave nothing over. */
  constructor(
    makeClient: () => SQSClient,
    urls: { readonly continuations: string; readonly deadLetters: string },
    budgetMillis = BUDGET_MILLIS,
  ) {
    this.#makeClient = makeClient;
    this.#urls = urls;
    this.#budgetMillis = budgetMillis;
  }

  defer(delivery: Delivery, delaySeconds: number): Promise<void> {
    return this.#send({
      QueueUrl: this.#urls.continuations,
      MessageBody: encodeDelivery(delivery),
      DelaySeconds: delaySeconds,
    });
  }

  addDelivery(delivery: Delivery, reason: UndeliverableReason): Promise<void> {
    return this.addRawMessage(encodeDelivery({ ...delivery, attempt: 0 }), reason);
  }

  addRawMessage(body: string, reason: MalformedInputCode | UndeliverableReason): Promise<void> {
    return this.#send({ QueueUrl: this.#urls.deadLetters, ...deadLetter(body, reason) });
  }

  async #send(message: ConstructorParameters<typeof SendMessageCommand>[0]): Promise<void> {
    try {
      this.#client ??= this.#makeClient();
      const client = this.#client;
      await withinDeadline(this.#budgetMillis, (abortSignal) =>
        client.send(new SendMessageCommand(message), { abortSignal }),
      );
    } catch (cause) {
      throw new DependencyUnavailableError("DELIVERY_QUEUE", { cause });
    }
  }
}
