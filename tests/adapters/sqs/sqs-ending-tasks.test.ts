import type { HttpService } from "@portcullis/emulator";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { workAndDeadQueues } from "../../../packages/emulator/tests/support/queues.ts";
import { serveHttpServices } from "../../../packages/emulator/tests/support/serve-http-services.ts";
import { parseQueuedEnding } from "../../../src/adapters/sqs/events/queued-ending.ts";
import { makeSqsClient } from "../../../src/adapters/sqs/sqs-client.ts";
import { SqsEndingTasks } from "../../../src/adapters/sqs/sqs-ending-tasks.ts";
import { describeEndingTasks } from "../../contracts/ending-tasks.contract.ts";
import { type Message, makeSqsService } from "../../support/emulator-parts.ts";
import { ENDING_TASKS } from "../../support/ending-tasks.ts";

const NEVER: HttpService = () => new Promise(() => undefined);

let queues: ReturnType<typeof workAndDeadQueues>;
let served: Awaited<ReturnType<typeof serveHttpServices>>;
/** A faulty server in the place of SQS during an outage. */
let breakdown: HttpService | undefined;
let requests = 0;

beforeEach(async () => {
  queues = workAndDeadQueues();
  breakdown = undefined;
  requests = 0;
  const sqs = makeSqsService({ ...queues, stopped: new AbortController().signal });
  served = await serveHttpServices((request) => {
    requests += 1;
    return (breakdown ?? sqs)(request);
  });
});
afterEach(() => served.close());

function makeTasks(): SqsEndingTasks {
  const makeClient = () =>
    makeSqsClient({
      endpoint: served.origin,
      region: "us-east-1",
      credentials: { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "x" },
    });
  const url = (name: string) => `${served.origin}/123456789012/${name}`;
  return new SqsEndingTasks(makeClient, { tasks: url("work"), deadLetters: url("dead") });
}

function reason({ attributes }: Message): string {
  return attributes.get("Reason")?.stringValue ?? "";
}

describe("SqsEndingTasks", () => {
  describeEndingTasks(() => ({
    tasks: makeTasks(),
    deferred: () =>
      queues.work.messages().map((message) => ({
        task: parseQueuedEnding(message.body).task,
        delaySeconds: (message.visibleAt - message.sentAt) / 1000,
      })),
    dead: () =>
      queues.dead
        .messages()
        .map((message) => ({ task: parseQueuedEnding(message.body).task, reason: reason(message) })),
    unread: () => queues.dead.messages().map((message) => ({ body: message.body, reason: reason(message) })),
    breakDown: (outage) => {
      breakdown = outage === "hangs" ? NEVER : async () => ({ status: 500, body: "" });
    },
  }));

  it("sends ten tasks in one request", async () => {
    const tasks = Array.from({ length: 10 }, () => ({ task: ENDING_TASKS[0]?.[1] as never, delaySeconds: 60 }));
    await makeTasks().defer(tasks);
    expect([queues.work.messages().length, requests]).toEqual([10, 1]);
  });

  it("throws if SQS takes some of the tasks only", async () => {
    breakdown = async () => ({
      status: 200,
      body: JSON.stringify({ Successful: [], Failed: [{ Id: "0", Code: "InternalError", SenderFault: false }] }),
    });
    const deferring = makeTasks().defer([{ task: ENDING_TASKS[0]?.[1] as never, delaySeconds: 0 }]);
    await expect(deferring).rejects.toMatchObject({ dependency: "ADMIN_QUEUE", cause: { code: "InternalError" } });
  });
});
