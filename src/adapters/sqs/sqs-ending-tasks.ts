import type { SQSClient } from "@aws-sdk/client-sqs";
import type { DeadLetters } from "../../application/ports/delivery-queue.ts";
import type { DelayedTask, EndingTasks } from "../../application/ports/ending-tasks.ts";
import type { EndingTask, UnendedReason } from "../../domain/connection/ending-task.ts";
import type { MalformedInputCode } from "../../domain/errors.ts";
import { deadLetter } from "./dead-letter.ts";
import { encodeEndingTask } from "./ending-body.ts";
import { SqsDeferredTasks } from "./sqs-deferred-tasks.ts";
import { SqsSender } from "./sqs-sender.ts";

/**
 * Tasks and dead letters of the function that ends connections, in SQS. The body of a dead letter is the function's own
 * input, so that moving it back repeats it. Its reason is an attribute.
 */
export class SqsEndingTasks implements EndingTasks, Pick<DeadLetters, "addRawMessage"> {
  readonly #sender: SqsSender;
  readonly #deferred: SqsDeferredTasks;
  readonly #deadLetters: string;

  constructor(makeClient: () => SQSClient, urls: { readonly tasks: string; readonly deadLetters: string }) {
    this.#sender = new SqsSender(makeClient, "ADMIN_QUEUE");
    this.#deferred = new SqsDeferredTasks(this.#sender, urls.tasks);
    this.#deadLetters = urls.deadLetters;
  }

  defer(tasks: readonly DelayedTask[]): Promise<void> {
    return this.#deferred.defer(tasks);
  }

  giveUp(task: EndingTask, reason: UnendedReason): Promise<void> {
    return this.#addDeadLetter(encodeEndingTask({ ...task, attempt: 0 }), reason);
  }

  addRawMessage(body: string, reason: MalformedInputCode): Promise<void> {
    return this.#addDeadLetter(body, reason);
  }

  #addDeadLetter(body: string, reason: string): Promise<void> {
    return this.#sender.send({ QueueUrl: this.#deadLetters, ...deadLetter(body, reason) });
  }
}
