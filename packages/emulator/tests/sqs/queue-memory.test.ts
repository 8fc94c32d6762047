import { expect, it } from "vitest";
import { Faults } from "../../src/faults/faults.ts";
import { QueueMemory } from "../../src/sqs/queue-memory.ts";
import { queueSettings } from "../../src/sqs/queue-settings.ts";
import { makeQueues } from "../../src/sqs/queues.ts";
import { ManualScheduler } from "../support/manual-scheduler.ts";

function queuesWith(limitBytes: number) {
  const scheduler = new ManualScheduler();
  const queues = makeQueues({
    queues: [
      queueSettings({ name: "work", deadLetters: { queue: "dead", maxReceiveCount: 1 }, retentionSeconds: 60 }),
      queueSettings({ name: "dead" }),
    ],
    ...{ accountId: "123456789012", region: "us-east-1", scheduler, observe: () => {}, faults: new Faults() },
    memory: new QueueMemory(limitBytes),
  });
  const [work, dead] = queues.all;
  if (work === undefined || dead === undefined) throw new Error("no queues");
  return { scheduler, work, dead };
}

it("SQ-2 all queues together hold no more than their limit, and take more when messages have gone", () => {
  const { scheduler, work, dead } = queuesWith(10);
  const [first] = [work.send({ body: "1234" }), dead.send({ body: "123456" })];
  expect(() => work.send({ body: "1" })).toThrow("holds as much as it can");
  expect(() => dead.send({ body: "1" })).toThrow("holds as much as it can");
  const [received] = work.receive({ max: 1 });
  expect(received?.id).toBe(first?.id);
  work.delete(received?.receiptHandle ?? "");
  work.send({ body: "12" });
  scheduler.advance(60_000);
  expect(work.receive({ max: 1 })).toEqual([]);
  work.send({ body: "1234" });
  expect(() => work.send({ body: "1" })).toThrow("holds as much as it can");
});

it("SQ-2 a message becomes a dead letter also when all queues are full", () => {
  const { scheduler, work, dead } = queuesWith(4);
  work.send({ body: "1234" });
  work.receive({ max: 1 });
  scheduler.advance(30_000);
  expect(work.receive({ max: 1 })).toEqual([]);
  expect(dead.receive({ max: 1 }).map(({ body }) => body)).toEqual(["1234"]);
  expect(() => work.send({ body: "1" })).toThrow("holds as much as it can");
  dead.purge();
  work.send({ body: "1234" });
});
