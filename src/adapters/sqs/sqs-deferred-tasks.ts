import { SendMessageBatchCommand } from "@aws-sdk/client-sqs";
import type { DelayedTask, EndingTasks } from "../../application/ports/ending-tasks.ts";
import { encodeEndingTask } from "./ending-body.ts";
import type { SqsSender } from "./sqs-sender.ts";

/** API reference, SendMessageBatch. Ten of ours are far below its limit of 1 MiB in all. */
const MESSAGES_OF_A_BATCH = 10;

/** Tasks for the function that ends connections and subscriptions, in SQS. */
export class SqsDeferredTasks implements Pick<EndingTasks, "defer"> {
  readonly #sender: SqsSender;
  readonly #url: string;

  constructor(sender: SqsSender, url: string) {
    this.#sender = sender;
    this.#url = url;
  }

  async defer(tasks: readonly DelayedTask[]): Promise<void> {
    for (let sent = 0; sent < tasks.length; sent += MESSAGES_OF_A_BATCH) {
      const Entries = tasks.slice(sent, sent + MESSAGES_OF_A_BATCH).map(({ task, delaySeconds }, index) => ({
        Id: String(index),
        MessageBody: encodeEndingTask(task),
        DelaySeconds: delaySeconds,
      }));
      const batch = new SendMessageBatchCommand({ QueueUrl: this.#url, Entries });
      await this.#sender.within(async (client, abortSignal) => {
        const { Failed = [] } = await client.send(batch, { abortSignal });
        if (Failed.length > 0) throw Object.assign(new Error("not sent"), { code: Failed[0]?.Code });
      });
    }
  }
}
