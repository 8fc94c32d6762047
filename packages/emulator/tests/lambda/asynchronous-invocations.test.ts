import { describe, expect, it, onTestFinished } from "vitest";
import { DEFAULT_ACCOUNT } from "../../src/aws-account.ts";
import { startEventing } from "../../src/eventing.ts";
import { Faults } from "../../src/faults/faults.ts";
import type { AsynchronousSettings } from "../../src/lambda/asynchronous-invocations.ts";
import { makeFunctions } from "../../src/lambda/functions.ts";
import { startEmulator } from "../../src/testing.ts";
import type { Handler, Json } from "../support/handlers.ts";
import { ManualScheduler } from "../support/manual-scheduler.ts";
import { turnOfEventLoop } from "../support/queues.ts";

const MINUTE = 60_000;
const ARN = "arn:aws:lambda:us-east-1:123456789012:function:Fn:$LATEST";
const EVENT = { orderId: 17 };

/** The function `Fn` with these settings, beside the function `Next`, the queues `out` and `dead` and a rule of a bus. */
function start(
  handler: Handler,
  settings: Omit<AsynchronousSettings, "functionName"> = {},
  { maySend = true, maximumMessageBytes = 1_048_576 } = {},
) {
  const scheduler = new ManualScheduler();
  const requestIds: string[] = [];
  const next: Json[] = [];
  const observed: Json[] = [];
  const sent: Json[] = [];
  const observe = (event: Json) => {
    if (/^invocation-(retried|discarded)$/.test(event.kind)) observed.push(event);
    if (event.kind === "message-sent") sent.push({ queue: event.queue, body: JSON.parse(event.body()) });
  };
  const own: Handler = (event, context) => {
    requestIds.push(context.awsRequestId);
    return handler(event, context);
  };
  const limits = { timeoutSeconds: 1000, memoryMegabytes: 128 };
  const functions = makeFunctions({
    ...{ account: DEFAULT_ACCOUNT, scheduler, observe, faults: new Faults() },
    functions: [
      { name: "Fn", handler: own, ...limits },
      { name: "Next", handler: (event: Json) => next.push(event), ...limits },
    ],
  });
  const eventing = startEventing({
    ...{ accountId: "123456789012", region: "us-east-1", scheduler, functions, observe, faults: new Faults() },
    functionsAccessKeyId: "functions",
    description: {
      queues: [{ name: "out", maximumMessageBytes }, { name: "dead" }],
      rules: [
        {
          ...{ name: "results", eventBusName: "results", eventPattern: { source: ["lambda"] } },
          targets: [{ queue: "out", permitted: true, deadLetterQueuePermitted: false }],
        },
      ],
      eventSourceMappings: [],
      asynchronousSettings: [{ functionName: "Fn", ...settings }],
      mayCallerSend: (_queue, accessKeyId) => maySend || accessKeyId !== "functions",
    },
  });
  onTestFinished(() => eventing.stop());
  const advance = async (millis: number) => {
    scheduler.advance(millis);
    await turnOfEventLoop();
  };
  const invoke = async (event: unknown = EVENT) => {
    void eventing.invokeAsynchronously("Fn", event);
    await turnOfEventLoop();
  };
  const attributes = async () => {
    const { queues } = JSON.parse(await report(eventing.services));
    return queues.find(({ name }: Json) => name === "dead").messages.map((message: Json) => message.attributes);
  };
  return { scheduler, requestIds, next, observed, sent, advance, invoke, attributes, stop: eventing.stop };
}

async function report(services: ReturnType<typeof startEventing>["services"]): Promise<string> {
  const answers = services.map((service) => service({ method: "GET", path: "/_local/queues", headers: {} } as never));
  return String((await Promise.all(answers)).find((answer) => answer !== undefined)?.body);
}

const fails = () => Promise.reject(new RangeError("too far"));

describe("an asynchronous invocation that fails", () => {
  it("is made again after one minute and after two more, with the same request id, and then discarded", async () => {
    const { requestIds, observed, advance, invoke, scheduler } = start(fails);
    await invoke();
    await advance(MINUTE - 1);
    expect(requestIds).toHaveLength(1);
    await advance(1);
    expect(requestIds).toHaveLength(2);
    await advance(2 * MINUTE - 1);
    expect(requestIds).toHaveLength(2);
    await advance(1);
    await advance(60 * MINUTE);

    const [requestId] = requestIds;
    expect(requestIds).toEqual([requestId, requestId, requestId]);
    expect(observed).toEqual([
      ...[1, 2].map((minutes) => ({
        ...{ kind: "invocation-retried", functionName: "Fn", requestId },
        ...{ reason: "failed", afterMillis: minutes * MINUTE },
      })),
      {
        ...{ kind: "invocation-discarded", functionName: "Fn", requestId },
        ...{ condition: "RetriesExhausted", destinations: [] },
      },
    ]);
    expect(scheduler.pending).toBe(0);
  });

  it.each([0, 1])("is made again %i times, if its settings say so", async (maximumRetryAttempts) => {
    const { requestIds, advance, invoke } = start(fails, { maximumRetryAttempts });
    await invoke();
    for (let minute = 0; minute < 10; minute += 1) await advance(MINUTE);
    expect(requestIds).toHaveLength(maximumRetryAttempts + 1);
  });

  it("is not made again once its event is too old", async () => {
    const { requestIds, observed, advance, invoke } = start(fails, { maximumEventAgeSeconds: 120 });
    await invoke();
    await advance(MINUTE);
    await advance(2 * MINUTE);
    expect(requestIds).toHaveLength(2);
    expect(observed.at(-1)).toMatchObject({ condition: "EventAgeExceeded" });
  });

  it("is done once a later try succeeds", async () => {
    let tries = 0;
    const { requestIds, observed, advance, invoke } = start(() => {
      tries += 1;
      return tries === 1 ? fails() : "done";
    });
    await invoke();
    await advance(MINUTE);
    await advance(60 * MINUTE);
    expect([requestIds.length, observed.length]).toEqual([2, 1]);
  });

  it("is not made again after the end", async () => {
    const { requestIds, advance, invoke, stop, scheduler } = start(fails);
    await invoke();
    await stop();
    await advance(60 * MINUTE);
    expect([requestIds.length, scheduler.pending]).toEqual([1, 0]);
  });
});

describe("a destination", () => {
  const failure = {
    version: "1.0",
    timestamp: "2026-11-22T12:00:00.000Z",
    requestContext: {
      requestId: expect.stringMatching(/^[\da-f-]{36}$/),
      functionArn: ARN,
      condition: "RetriesExhausted",
      approximateInvokeCount: 1,
    },
    requestPayload: EVENT,
    responseContext: { statusCode: 200, executedVersion: "$LATEST", functionError: "Unhandled" },
    responsePayload: { errorType: "RangeError", errorMessage: "too far", trace: expect.any(Array) },
  };
  const success = {
    ...failure,
    requestContext: { ...failure.requestContext, condition: "Success" },
    responseContext: { statusCode: 200, executedVersion: "$LATEST" },
    responsePayload: { ok: true },
  };
  const once = { maximumRetryAttempts: 0 };

  it.each([
    ["a failure", fails, "onFailure", failure],
    ["a success", () => ({ ok: true }), "onSuccess", success],
  ] as const)("that is a queue gets the record of %s", async (_, handler, name, record) => {
    const { sent, invoke } = start(handler, { ...once, [name]: { kind: "queue", name: "out" } });
    await invoke();
    expect(sent).toEqual([{ queue: "out", body: record }]);
  });

  it("that is a function gets the record as its event", async () => {
    const { next, invoke, observed } = start(fails, { ...once, onFailure: { kind: "function", name: "Next" } });
    await invoke();
    expect(next).toEqual([failure]);
    expect(observed).toMatchObject([{ kind: "invocation-discarded", destinations: ["Next"] }]);
  });

  it.each([
    ["a failure", fails, "onFailure", "Failure", failure],
    ["a success", () => ({ ok: true }), "onSuccess", "Success", success],
  ] as const)("that is a bus gets %s as an event", async (_, handler, name, result, record) => {
    const { sent, invoke } = start(handler, { ...once, [name]: { kind: "event-bus", name: "results" } });
    await invoke();
    expect(sent).toEqual([
      {
        queue: "out",
        body: expect.objectContaining({
          source: "lambda",
          "detail-type": `Lambda Function Invocation Result - ${result}`,
          resources: ["arn:aws:events:us-east-1:123456789012:event-bus/results", ARN],
          detail: record,
        }),
      },
    ]);
  });

  it("of failures gets no success, and that of successes no failure", async () => {
    const out = { kind: "queue", name: "out" } as const;
    const succeeding = start(() => 1, { onFailure: out });
    const failing = start(fails, { ...once, onSuccess: out });
    await succeeding.invoke();
    await failing.invoke();
    expect([...succeeding.sent, ...failing.sent]).toEqual([]);
  });

  it.each([
    ["whose policy refuses the functions", { maySend: false }],
    ["for which the record is too large", { maximumMessageBytes: 100 }],
  ])("%s gets nothing, and the event is lost", async (_, queue) => {
    const { sent, observed, invoke } = start(fails, { ...once, onFailure: { kind: "queue", name: "out" } }, queue);
    await invoke();
    expect([sent, observed]).toMatchObject([[], [{ kind: "invocation-discarded", destinations: [] }]]);
  });

  it("must exist", () => {
    expect(() => start(fails, { onFailure: { kind: "queue", name: "nobody" } })).toThrow("no queue is named nobody");
    expect(() => start(fails, { onSuccess: { kind: "function", name: "Nobody" } })).toThrow("no function is named");
    expect(() => start(fails, { deadLetterQueue: "nobody" })).toThrow("no queue is named nobody");
  });
});

describe("a dead-letter queue", () => {
  it("gets the event itself, with id, status and the first KB of the error, beside a destination", async () => {
    const message = `${"x".repeat(1023)}é`;
    const { sent, invoke, attributes, requestIds, observed } = start(() => Promise.reject(new Error(message)), {
      maximumRetryAttempts: 0,
      deadLetterQueue: "dead",
      onFailure: { kind: "function", name: "Next" },
    });
    await invoke();
    expect(sent).toEqual([{ queue: "dead", body: EVENT }]);
    expect(await attributes()).toEqual([
      { RequestID: requestIds[0], ErrorCode: "200", ErrorMessage: "x".repeat(1023) },
    ]);
    expect(observed).toMatchObject([{ destinations: ["Next", "dead"] }]);
  });

  it("gets an error without a text too", async () => {
    const { sent, invoke } = start(() => Promise.reject(new Error("")), {
      ...{ maximumRetryAttempts: 0, deadLetterQueue: "dead" },
    });
    await invoke(null);
    expect(sent).toEqual([{ queue: "dead", body: null }]);
  });
});

it("an event is too large from one MB on, and nothing is invoked", async () => {
  await using emulator = await startEmulator({ functions: { Fn: () => 1 }, routes: {} });
  const call = async (bytes: number) => {
    const url = `${emulator.endpoint}/2015-03-31/functions/Fn/invocations`;
    const headers = { "X-Amz-Invocation-Type": "Event" };
    const response = await fetch(url, { method: "POST", headers, body: JSON.stringify("x".repeat(bytes - 2)) });
    return [response.status, response.headers.get("x-amzn-errortype")];
  };
  expect(await call(1_048_576)).toEqual([202, null]);
  expect(await call(1_048_577)).toEqual([413, "RequestTooLargeException"]);
  expect(emulator.recording.eventsOf("Fn")).toHaveLength(1);
});
