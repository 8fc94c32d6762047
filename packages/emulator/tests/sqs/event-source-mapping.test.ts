import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type EventSourceMapping, startEventSourceMapping } from "../../src/sqs/event-source-mapping.ts";
import type { Queue } from "../../src/sqs/queue.ts";
import type { SqsEvent } from "../../src/sqs/sqs-event.ts";
import { turnOfEventLoop, workAndDeadQueues } from "../support/queues.ts";

const mappingOf = (queue: Queue, invoke: EventSourceMapping["invoke"]): EventSourceMapping => ({
  ...{ queue, invoke, batchSize: 10, batchingWindowSeconds: 0, maximumConcurrency: 2, reportBatchItemFailures: true },
});

const bodiesOf = (event: SqsEvent): string[] => event.Records.map(({ body }) => body);

const idsOf = (event: SqsEvent, isFailed: (body: string) => boolean): object => ({
  batchItemFailures: event.Records.filter(({ body }) => isFailed(body)).map(({ messageId }) => ({
    itemIdentifier: messageId,
  })),
});

function deferred<T>(): { readonly promise: Promise<T>; readonly resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

describe("an event source mapping", () => {
  it("passes the function a batch in Lambda's shape", async () => {
    const { work, scheduler } = workAndDeadQueues();
    const events: SqsEvent[] = [];
    const attributes = new Map([["trace", { dataType: "String", stringValue: "x" }]]);
    const { id } = work.send({ body: '{"a":1}', attributes, traceHeader: "Root=1-2-3" });
    const mapping = startEventSourceMapping(
      mappingOf(work, async (event) => void events.push(event)),
      scheduler,
    );
    await turnOfEventLoop();
    await mapping.stop();
    const sentAt = String(scheduler.now());
    expect(events).toEqual([
      {
        Records: [
          {
            messageId: id,
            receiptHandle: expect.stringMatching(/^[\w+/=]{20,}$/),
            body: '{"a":1}',
            attributes: {
              ApproximateReceiveCount: "1",
              AWSTraceHeader: "Root=1-2-3",
              SentTimestamp: sentAt,
              SenderId: expect.any(String),
              ApproximateFirstReceiveTimestamp: sentAt,
            },
            messageAttributes: {
              trace: { stringValue: "x", stringListValues: [], binaryListValues: [], dataType: "String" },
            },
            md5OfMessageAttributes: expect.stringMatching(/^[0-9a-f]{32}$/),
            md5OfBody: "bb6cb5c68df4652941caf652a366f2d8",
            eventSource: "aws:sqs",
            eventSourceARN: "arn:aws:sqs:us-east-1:123456789012:work",
            awsRegion: "us-east-1",
          },
        ],
      },
    ]);
  });

  it("attack:I6 acknowledges nine of ten and brings back the poison alone, until it is a dead letter", async () => {
    const { work, dead, scheduler, counters } = workAndDeadQueues();
    const batches: string[][] = [];
    for (let number = 0; number < 10; number += 1) work.send({ body: String(number) });
    const mapping = startEventSourceMapping(
      mappingOf(work, async (event) => {
        batches.push(bodiesOf(event));
        return idsOf(event, (body) => body === "7");
      }),
      scheduler,
    );
    for (let round = 0; round < 5; round += 1) {
      await turnOfEventLoop();
      scheduler.advance(30_000);
    }
    await mapping.stop();
    expect(batches.map((batch) => batch.length)).toEqual([10, 1, 1]);
    expect(dead.messages()).toMatchObject([
      { body: "7", receiveCount: 3, lastFailure: "reported in batchItemFailures" },
    ]);
    expect(counters.of("work")).toMatchObject({ sent: 10, deleted: 9, deadLettered: 1 });
  });

  it("receives delayed messages when they are due, those of one moment in one batch, and no other sooner", async () => {
    const { work, scheduler, counters } = workAndDeadQueues();
    const batches: (readonly [seconds: number, bodies: readonly string[]])[] = [];
    const begin = scheduler.now();
    for (const [body, delaySeconds] of [
      ["c", 60],
      ["a", 5],
      ["b", 5],
      ["now", 0],
    ] as const) {
      work.send({ body, delaySeconds });
    }
    const mapping = startEventSourceMapping(
      mappingOf(work, async (event) => void batches.push([(scheduler.now() - begin) / 1000, bodiesOf(event)])),
      scheduler,
    );
    for (let second = 0; second <= 60; second += 1) {
      await turnOfEventLoop();
      scheduler.advance(1_000);
    }
    await mapping.stop();

    expect(batches).toEqual([
      [0, ["now"]],
      [5, ["a", "b"]],
      [60, ["c"]],
    ]);
    expect(counters.of("work").deleted).toBe(4);
  });

  it("deletes all ten if the template lacks ReportBatchItemFailures", async () => {
    const { work, scheduler, counters } = workAndDeadQueues();
    for (let number = 0; number < 10; number += 1) work.send({ body: String(number) });
    const invoke = async (event: SqsEvent) => idsOf(event, () => true);
    const mapping = startEventSourceMapping({ ...mappingOf(work, invoke), reportBatchItemFailures: false }, scheduler);
    await turnOfEventLoop();
    await mapping.stop();
    expect(counters.of("work").deleted).toBe(10);
  });

  it.each<readonly [about: string, invoke: EventSourceMapping["invoke"]]>([
    ["throws", () => Promise.reject(new TypeError("boom"))],
    ["names an unknown message", async () => ({ batchItemFailures: [{ itemIdentifier: "nobody" }] })],
    ["answers text", async () => "fine"],
  ])("attack:I7 retries the whole batch after the visibility timeout when the function %s", async (_about, invoke) => {
    const { work, scheduler } = workAndDeadQueues();
    for (const body of ["a", "b"]) work.send({ body });
    const mapping = startEventSourceMapping(mappingOf(work, invoke), scheduler);
    await turnOfEventLoop();
    expect(work.counts()).toMatchObject({ visible: 0, inFlight: 2 });
    scheduler.advance(30_000);
    await turnOfEventLoop();
    await mapping.stop();
    expect(work.messages().map(({ receiveCount }) => receiveCount)).toEqual([2, 2]);
  });

  it("keeps one line of an error's name and text, for debugging", async () => {
    const { work, scheduler } = workAndDeadQueues();
    work.send({ body: "a" });
    const mapping = startEventSourceMapping(
      mappingOf(work, () => Promise.reject(new TypeError("x".repeat(9999)))),
      scheduler,
    );
    await turnOfEventLoop();
    await mapping.stop();
    expect(work.messages()[0]?.lastFailure).toMatch(/^the function failed: TypeError: x{200,}$/);
    expect(work.messages()[0]?.lastFailure).toHaveLength(300);
  });

  it("does not delete a message that another invocation has received meanwhile", async () => {
    const { work, scheduler } = workAndDeadQueues();
    work.send({ body: "slow" });
    const first = deferred<unknown>();
    const answers = [first.promise, new Promise(() => undefined)];
    const mapping = startEventSourceMapping(
      mappingOf(work, () => answers.shift() ?? Promise.resolve()),
      scheduler,
    );
    await turnOfEventLoop();
    scheduler.advance(30_000);
    await turnOfEventLoop();
    first.resolve(null);
    await turnOfEventLoop();
    expect(answers).toEqual([]);
    expect(work.counts().inFlight).toBe(1);
    void mapping;
  });

  it("never runs more invocations at once than its limit", async () => {
    const { work, scheduler, counters } = workAndDeadQueues();
    for (let number = 0; number < 50; number += 1) work.send({ body: String(number) });
    let running = 0;
    let most = 0;
    const mapping = startEventSourceMapping(
      mappingOf(work, async () => {
        running += 1;
        most = Math.max(most, running);
        await turnOfEventLoop();
        running -= 1;
      }),
      scheduler,
    );
    while (counters.of("work").deleted < 50) await turnOfEventLoop();
    await mapping.stop();
    expect(most).toBe(2);
  });

  it("waits for a window to pass, or for the batch to be full", async () => {
    const { work, scheduler } = workAndDeadQueues();
    const batches: string[][] = [];
    const mapping = startEventSourceMapping(
      {
        ...mappingOf(work, async (event) => void batches.push(bodiesOf(event))),
        ...{ batchSize: 3, batchingWindowSeconds: 2 },
      },
      scheduler,
    );
    for (const body of ["a", "b"]) {
      work.send({ body });
      await turnOfEventLoop();
      scheduler.advance(999);
    }
    await turnOfEventLoop();
    expect(batches).toEqual([]);
    scheduler.advance(2);
    await turnOfEventLoop();
    expect(batches).toEqual([["a", "b"]]);
    for (const body of ["c", "d", "e"]) work.send({ body });
    await turnOfEventLoop();
    await mapping.stop();
    expect(batches).toEqual([
      ["a", "b"],
      ["c", "d", "e"],
    ]);
  });

  it("passes at most 6 MB at once", async () => {
    const { work, scheduler } = workAndDeadQueues();
    for (let number = 0; number < 10; number += 1) work.send({ body: String(number).repeat(1_000_000) });
    const sizes: number[] = [];
    const mapping = startEventSourceMapping(
      { ...mappingOf(work, async (event) => void sizes.push(event.Records.length)), batchingWindowSeconds: 1 },
      scheduler,
    );
    await turnOfEventLoop();
    scheduler.advance(1000);
    await turnOfEventLoop();
    await mapping.stop();
    expect(sizes).toEqual([6, 4]);
  });

  it("stops on request, after its invocations have ended, and leaves no timer", async () => {
    const { work, queues, scheduler } = workAndDeadQueues();
    const finish = deferred<null>();
    work.send({ body: "a" });
    const mapping = startEventSourceMapping(
      mappingOf(work, () => finish.promise),
      scheduler,
    );
    await turnOfEventLoop();
    const stopped = mapping.stop();
    work.send({ body: "too late" });
    finish.resolve(null);
    await stopped;
    queues.close();
    expect(work.messages().map(({ body }) => body)).toEqual(["too late"]);
    expect(scheduler.pending).toBe(0);
  });
});

describe("fault:1 inv:13 conservation", () => {
  type Answer = "all" | "some" | "throws" | "rubbish" | "unknown" | "slow";
  const answer = fc.constantFrom<Answer>("all", "some", "throws", "rubbish", "unknown", "slow");

  it("loses no message and deletes none unacknowledged, whatever the function returns", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 8 }),
        fc.array(answer, { maxLength: 30 }),
        fc.integer({ min: 1, max: 4 }),
        async (sends, answers, batchSize) => {
          const { work, dead, scheduler, counters } = workAndDeadQueues();
          const acknowledged = new Set<string>();
          const invoke = async (event: SqsEvent): Promise<unknown> => {
            const kind = answers.shift() ?? "throws";
            if (kind === "throws") throw new Error("boom");
            if (kind === "rubbish") return "rubbish";
            if (kind === "unknown") return { batchItemFailures: [{ itemIdentifier: "nobody" }] };
            if (kind === "slow") await new Promise<void>((resolve) => scheduler.after(45_000, resolve));
            const isFailed = (body: string) => kind === "some" && Number(body) % 2 === 0;
            for (const { body } of event.Records) if (!isFailed(body)) acknowledged.add(body);
            return idsOf(event, isFailed);
          };
          const mapping = startEventSourceMapping({ ...mappingOf(work, invoke), batchSize }, scheduler);
          let sent = 0;
          for (const count of sends) {
            for (let one = 0; one < count; one += 1, sent += 1) work.send({ body: String(sent) });
            await turnOfEventLoop();
            scheduler.advance(15_000);
            await turnOfEventLoop();
            const { deleted, deadLettered } = counters.of("work");
            expect(deleted + deadLettered + work.messages().length).toBe(sent);
          }
          for (let round = 0; round < 12; round += 1) {
            await turnOfEventLoop();
            scheduler.advance(30_000);
          }
          await turnOfEventLoop();
          await mapping.stop();
          expect(counters.of("work")).toMatchObject({ sent, expired: 0, deadLettered: dead.messages().length });
          expect(counters.of("work").deleted + dead.messages().length + work.messages().length).toBe(sent);
          expect(acknowledged.size).toBeGreaterThanOrEqual(counters.of("work").deleted);
          expect(dead.messages().every(({ receiveCount }) => receiveCount === 3)).toBe(true);
        },
      ),
      { numRuns: 150 },
    );
  });
});
