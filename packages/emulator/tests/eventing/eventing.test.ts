import { EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { DEFAULT_ACCOUNT } from "../../src/aws-account.ts";
import { type Eventing, type EventingDescription, startEventing } from "../../src/eventing.ts";
import { Faults } from "../../src/faults/faults.ts";
import { makeFunctions } from "../../src/lambda/functions.ts";
import type { LambdaFunction } from "../../src/lambda/lambda-function.ts";
import type { SqsEvent } from "../../src/sqs/sqs-event.ts";
import { ManualScheduler } from "../support/manual-scheduler.ts";
import { turnOfEventLoop } from "../support/queues.ts";
import { serveHttpServices } from "../support/serve-http-services.ts";

const description: EventingDescription = {
  queues: [{ name: "updates", deadLetters: { queue: "dead", maxReceiveCount: 2 } }, { name: "dead" }],
  rules: [
    {
      name: "updates",
      eventBusName: "default",
      eventPattern: { source: ["CLI"], "detail-type": ["Entity Updated"] },
      targets: [{ queue: "updates", permitted: true, deadLetterQueuePermitted: false }],
    },
  ],
  eventSourceMappings: [
    {
      ...{ functionName: "DeliverPushes", queue: "updates", batchSize: 10, batchingWindowSeconds: 0 },
      reportBatchItemFailures: true,
    },
  ],
};

const scheduler = new ManualScheduler();
const invocations: SqsEvent[] = [];
const deliverPushes: LambdaFunction = {
  name: "DeliverPushes",
  timeoutSeconds: 5,
  memoryMegabytes: 128,
  handler: async (event: SqsEvent) => {
    invocations.push(event);
    return answer(event);
  },
};
let answer: (event: SqsEvent) => Promise<unknown>;
let eventing: Eventing;
let server: Awaited<ReturnType<typeof serveHttpServices>>;

const start = (given: Partial<EventingDescription> = {}) =>
  startEventing({
    description: { ...description, ...given },
    ...{ accountId: "123456789012", region: "us-east-1", scheduler, observe: () => {}, faults: new Faults() },
    functions: makeFunctions({
      account: DEFAULT_ACCOUNT,
      functions: [deliverPushes],
      scheduler,
      observe: () => {},
      faults: new Faults(),
    }),
  });

beforeEach(async () => {
  invocations.length = 0;
  answer = async () => null;
  eventing = start();
  server = await serveHttpServices(...eventing.services);
});

afterEach(async () => {
  await eventing.stop();
  await server.close();
});

async function publish(): Promise<string | undefined> {
  const credentials = { accessKeyId: "local", secretAccessKey: "local" };
  const client = new EventBridgeClient({ endpoint: server.origin, region: "us-east-1", credentials });
  const Entries = [{ Source: "CLI", DetailType: "Entity Updated", Detail: '{"entityId":"order-17","message":1}' }];
  const { Entries: results } = await client.send(new PutEventsCommand({ Entries }));
  client.destroy();
  return results?.[0]?.EventId;
}

describe("from PutEvents to the function", () => {
  it("passes an event through rule, queue and poller", async () => {
    const id = await publish();
    await turnOfEventLoop();
    expect(invocations).toHaveLength(1);
    expect(JSON.parse(invocations[0]?.Records[0]?.body ?? "")).toMatchObject({
      id,
      detail: { entityId: "order-17", message: 1 },
    });
  });

  it("fault:2 shows a poison event among the dead letters, with its reason, after the last receive", async () => {
    answer = () => Promise.reject(new TypeError("no such thing"));
    await publish();
    for (let receive = 0; receive < 3; receive += 1) {
      await turnOfEventLoop();
      scheduler.advance(30_000);
    }
    await turnOfEventLoop();
    const report = await (await fetch(`${server.origin}/_local/queues`)).json();
    expect(invocations).toHaveLength(2);
    expect(report).toMatchObject({
      queues: [
        { name: "updates", messages: [], totals: { sent: 1, deadLettered: 1 } },
        { name: "dead", messages: [{ receiveCount: 2, reason: "the function failed: TypeError: no such thing" }] },
      ],
    });
  });

  it("attack:I7 brings an event back when the function times out", async () => {
    answer = () => new Promise(() => undefined);
    await publish();
    await turnOfEventLoop();
    scheduler.advance(30_000);
    await turnOfEventLoop();
    expect(invocations.map(({ Records }) => Records[0]?.attributes["ApproximateReceiveCount"])).toEqual(["1", "2"]);
    scheduler.advance(5_000);
  });

  it("leaves no timer when it is stopped", async () => {
    await publish();
    await eventing.stop();
    expect(scheduler.pending).toBe(0);
  });

  it("refuses a mapping to an unknown function", () => {
    const eventSourceMappings = description.eventSourceMappings.map((mapping) => ({
      ...mapping,
      functionName: "Nobody",
    }));
    expect(() => start({ eventSourceMappings })).toThrow("Queue updates: no function is named Nobody");
  });

  it("refuses a mapping from an unknown queue", () => {
    const eventSourceMappings = description.eventSourceMappings.map((mapping) => ({ ...mapping, queue: "nobody" }));
    expect(() => start({ eventSourceMappings })).toThrow("Function DeliverPushes: no queue is named nobody");
  });
});
