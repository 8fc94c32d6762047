import { SendMessageBatchCommand, type SQSClient } from "@aws-sdk/client-sqs";
import type { DeadLetters } from "../../application/ports/delivery-queue.ts";
import type { DelayedTask, EndingTasks } from "../../application/ports/ending-tasks.ts";
import type { EndingTask, UnendedReason } from "../../domain/connection/ending-task.ts";
import type { MalformedInputCode } from "../../domain/errors.ts";
import { deadLetter } from "./dead-letter.ts";
import { encodeEndingTask } from "./ending-body.ts";
import { SqsSender } from "./sqs-sender.ts";

/** API reference, SendMessageBatch. Ten of ours are far below its limit of 1 MiB in all. */
const MESSAGES_OF_A_BATCH = 10;

/**
 * Tasks and dead letters of the function that ends connections, in SQS. The body of a dead letter is the function's own
 * input, so that moving it back repeats it. Its reason is an attribute.
 */
export class SqsEndingTasks implements EndingTasks, Pick<DeadLetters, "addRawMessage"> {
  readonly #sender: SqsSender;
  readonly #urls: { readonly tasks: string; readonly deadLetters: string };

  constructor(makeClient: () => SQSClient, urls: { readonly tasks: string; readonly deadLetters: string }) {
    this.#sender = new SqsSender(makeClient, "ADMIN_QUEUE");
    this.#urls = urls;
  }

  async defer(tasks: readonly DelayedTask[]): Promise<void> {
    for (let sent = 0; sent < tasks.length; sent += MESSAGES_OF_A_BATCH) {
      const Entries = tasks.slice(sent, sent + MESSAGES_OF_A_BATCH).map(({ task, delaySeconds }, index) => ({
        Id: String(index),
        MessageBody: encodeEndingTask(task),
        DelaySeconds: delaySeconds,
      }));
      const batch = new SendMessageBatchCommand({ QueueUrl: this.#urls.tasks, Entries });
      await this.#sender.within(async (client, abortSignal) => {
        const { Failed = [] } = await client.send(batch, { abortSignal });
        if (Failed.length > 0) throw Object.assign(new Error("not sent"), { code: Failed[0]?.Code });
      });
    }
  }

  giveUp(task: EndingTask, reason: UnendedReason): Promise<void> {
    return this.#addDeadLetter(encodeEndingTask({ ...task, attempt: 0 }), reason);
  }

  addRawMessage(body: string, reason: MalformedInputCode): Promise<void> {
    return this.#addDeadLetter(body, reason);
  }

  #addDeadLetter(body: string, reason: string): Promise<void> {
    return this.#sender.send({ QueueUrl: this.#urls.deadLetters, ...deadLetter(body, reason) });
  }
}
