import { SendMessageBatchCommand, SendMessageCommand, type SQSClient } from "@aws-sdk/client-sqs";
import { DependencyUnavailableError, type UnavailableDependency } from "../../application/errors.ts";
import { withinDeadline } from "../deadline.ts";

type Message = Omit<ConstructorParameters<typeof SendMessageCommand>[0], "QueueUrl">;

/** For a whole call, its second attempt included. */
const BUDGET_MILLIS = 2900;

/** API reference, SendMessageBatch. Ten of ours are far below its limit of 1 MiB in all. */
const MESSAGES_OF_A_BATCH = 10;

/** Sends messages with one client. Each call throws DependencyUnavailableError. */
export class SqsSender {
  readonly #makeClient: () => SQSClient;
  #client: SQSClient | undefined;
  readonly #dependency: UnavailableDependency;
  readonly #budgetMillis: number;

  /** Makes the client when it is first needed, because most invocations send nothing. */
  constructor(makeClient: () => SQSClient, dependency: UnavailableDependency, budgetMillis = BUDGET_MILLIS) {
    this.#makeClient = makeClient;
    this.#dependency = dependency;
    this.#budgetMillis = budgetMillis;
  }

  async send(message: Message & { readonly QueueUrl: string }): Promise<void> {
    await this.#within((client, abortSignal) => client.send(new SendMessageCommand(message), { abortSignal }));
  }

  async sendAll(QueueUrl: string, messages: readonly Message[]): Promise<void> {
    for (let sent = 0; sent < messages.length; sent += MESSAGES_OF_A_BATCH) {
      const batch = messages.slice(sent, sent + MESSAGES_OF_A_BATCH);
      const Entries = batch.map((message, index) => ({ ...message, Id: String(index) }));
      await this.#within(async (client, abortSignal) => {
        const { Failed = [] } = await client.send(new SendMessageBatchCommand({ QueueUrl, Entries }), { abortSignal });
        if (Failed.length > 0) throw Object.assign(new Error("not sent"), { code: Failed[0]?.Code });
      });
    }
  }

  async #within(call: (client: SQSClient, abortSignal: AbortSignal) => Promise<unknown>): Promise<void> {
    try {
      this.#client ??= this.#makeClient();
      const client = this.#client;
      await withinDeadline(this.#budgetMillis, (abortSignal) => call(client, abortSignal));
    } catch (cause) {
      throw new DependencyUnavailableError(this.#dependency, { cause });
    }
  }
}
