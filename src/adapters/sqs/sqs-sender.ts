import { SendMessageCommand, type SQSClient } from "@aws-sdk/client-sqs";
import { DependencyUnavailableError, type UnavailableDependency } from "../../application/errors.ts";
import { withinDeadline } from "../deadline.ts";

/** For a whole call, its second attempt included. */
const BUDGET_MILLIS = 2900;

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

  async send(message: ConstructorParameters<typeof SendMessageCommand>[0]): Promise<void> {
    await this.within((client, abortSignal) => client.send(new SendMessageCommand(message), { abortSignal }));
  }

  /** Runs any call of the client, within the time limit. */
  async within(call: (client: SQSClient, abortSignal: AbortSignal) => Promise<unknown>): Promise<void> {
    try {
      this.#client ??= this.#makeClient();
      const client = this.#client;
      await withinDeadline(this.#budgetMillis, (abortSignal) => call(client, abortSignal));
    } catch (cause) {
      throw new DependencyUnavailableError(this.#dependency, { cause });
    }
  }
}
