import { describe, expect, it } from "vitest";
import { Faults } from "../../src/faults/faults.ts";
import { queueSettings } from "../../src/sqs/queue-settings.ts";
import { makeQueues } from "../../src/sqs/queues.ts";
import { ManualScheduler } from "../support/manual-scheduler.ts";
import { turnOfEventLoop, workAndDeadQueues } from "../support/queues.ts";

const never = new AbortController().signal;

describe("a queue", () => {
  it("gives messages in order, up to the number asked for", () => {
    const { work } = workAndDeadQueues();
    for (const body of ["a", "b", "c"]) work.send({ body });
    const received = work.receive({ max: 2 });
    expect(received.map(({ body }) => body)).toEqual(["a", "b"]);
    expect(work.counts()).toEqual({ visible: 1, inFlight: 2, delayed: 0 });
  });

  it("stops at the bytes asked for", () => {
    const { work } = workAndDeadQueues();
    for (const body of ["xxxx", "yyyy", "zzzz"]) work.send({ body });
    expect(work.receive({ max: 10, maxBytes: 3 })).toHaveLength(0);
    expect(work.receive({ max: 10, maxBytes: 11 })).toHaveLength(2);
  });

  it("hides a received message for exactly the visibility timeout", () => {
    const { work, scheduler } = workAndDeadQueues();
    work.send({ body: "a" });
    work.receive({ max: 1 });
    scheduler.advance(29_999);
    expect(work.receive({ max: 1 })).toEqual([]);
    scheduler.advance(1);
    expect(work.receive({ max: 1 })[0]).toMatchObject({ body: "a", receiveCount: 2 });
  });

  it("gives one message once per receive, also with a visibility timeout of zero", () => {
    const { work } = workAndDeadQueues();
    work.send({ body: "a" });
    expect(work.receive({ max: 10, visibilityTimeoutSeconds: 0 })).toHaveLength(1);
    expect(work.counts().visible).toBe(1);
  });

  it("holds delayed messages back", () => {
    const { work, scheduler } = workAndDeadQueues({ delaySeconds: 5 });
    work.send({ body: "queue's delay" });
    work.send({ body: "own delay", delaySeconds: 1 });
    expect(work.counts()).toEqual({ visible: 0, inFlight: 0, delayed: 2 });
    scheduler.advance(1000);
    expect(work.receive({ max: 10 }).map(({ body }) => body)).toEqual(["own delay"]);
    scheduler.advance(4000);
    expect(work.receive({ max: 10 }).map(({ body }) => body)).toEqual(["queue's delay"]);
  });

  it("drops messages at the end of their retention, received or not", () => {
    const { work, scheduler, counters } = workAndDeadQueues({ retentionSeconds: 60 });
    work.send({ body: "a" });
    work.send({ body: "b" });
    work.receive({ max: 1 });
    scheduler.advance(60_000);
    expect(work.receive({ max: 10 })).toEqual([]);
    expect(counters.of("work")).toMatchObject({ sent: 2, expired: 2 });
  });

  it("deletes by the handle of the latest receive only", () => {
    const { work, scheduler, counters } = workAndDeadQueues();
    work.send({ body: "a" });
    const [first] = work.receive({ max: 1 }).map(({ receiptHandle = "" }) => receiptHandle);
    scheduler.advance(30_000);
    const [second] = work.receive({ max: 1 }).map(({ receiptHandle = "" }) => receiptHandle);
    work.delete(first ?? "");
    expect(work.counts().inFlight).toBe(1);
    work.delete(second ?? "");
    work.delete(second ?? "");
    expect(work.messages()).toEqual([]);
    expect(counters.of("work").deleted).toBe(1);
  });

  it("deletes by the latest handle also after the visibility timeout, as standard queues do", () => {
    const { work, scheduler } = workAndDeadQueues();
    work.send({ body: "a" });
    const [message] = work.receive({ max: 1 });
    scheduler.advance(30_000);
    work.delete(message?.receiptHandle ?? "");
    expect(work.messages()).toEqual([]);
  });

  it("lengthens and ends a visibility timeout", () => {
    const { work, scheduler } = workAndDeadQueues();
    work.send({ body: "a" });
    const [{ receiptHandle = "" } = {}] = work.receive({ max: 1 });
    work.changeVisibility(receiptHandle, 60);
    scheduler.advance(59_000);
    expect(work.counts().inFlight).toBe(1);
    work.changeVisibility(receiptHandle, 0);
    expect(work.counts().visible).toBe(1);
    expect(() => work.changeVisibility(receiptHandle, 5)).toThrow("not in flight");
  });

  it("fault:2 dead-letters a message at the first receive beyond the limit", () => {
    const { work, dead, scheduler, counters } = workAndDeadQueues();
    const { id } = work.send({ body: "poison" });
    for (let receive = 1; receive <= 3; receive += 1) {
      expect(work.receive({ max: 1 })[0]?.receiveCount).toBe(receive);
      scheduler.advance(30_000);
    }
    expect(work.receive({ max: 1 })).toEqual([]);
    expect(dead.messages()).toMatchObject([{ id, body: "poison", receiveCount: 3, deadLetterSourceArn: work.arn }]);
    expect(counters.of("work")).toMatchObject({ sent: 1, deadLettered: 1 });
  });

  it("does not let a handle of the source queue delete the dead letter", () => {
    const { work, dead, scheduler } = workAndDeadQueues();
    work.send({ body: "poison" });
    let handle = "";
    for (let receive = 1; receive <= 4; receive += 1) {
      handle = work.receive({ max: 1 })[0]?.receiptHandle ?? handle;
      scheduler.advance(30_000);
    }
    dead.delete(handle);
    expect(dead.counts().visible).toBe(1);
  });

  it("keeps a dead letter until its retention from the first sending has passed", () => {
    const { work, dead, scheduler } = workAndDeadQueues();
    work.send({ body: "poison" });
    for (let receive = 1; receive <= 4; receive += 1) {
      work.receive({ max: 1 });
      scheduler.advance(30_000);
    }
    scheduler.advance(14 * 24 * 3600 * 1000 - 120_001);
    expect(dead.receive({ max: 1, visibilityTimeoutSeconds: 0 })).toHaveLength(1);
    scheduler.advance(1);
    expect(dead.receive({ max: 1 })).toEqual([]);
  });

  it("purges all messages", () => {
    const { work, counters } = workAndDeadQueues();
    work.send({ body: "a" });
    work.send({ body: "b", delaySeconds: 9 });
    work.receive({ max: 1 });
    work.purge();
    expect(work.messages()).toEqual([]);
    expect(counters.of("work")).toMatchObject({ sent: 2, purged: 2 });
  });
});

describe("a queue with limits", () => {
  it.each([
    ["MissingParameter", ""],
    ["InvalidMessageContents", "a\u0000b"],
    ["InvalidMessageContents", "lone \ud800 surrogate"],
    ["InvalidMessageContents", "\uffff"],
    ["InvalidParameterValue", "é".repeat(524_289)],
  ])("%s", (code, body) => {
    const { work } = workAndDeadQueues();
    expect(() => work.send({ body })).toThrow(expect.objectContaining({ code }));
  });

  it("accepts 1 MiB exactly, attributes included", () => {
    const { work } = workAndDeadQueues();
    const attributes = new Map([["name", { dataType: "String", stringValue: "value" }]]);
    expect(work.send({ body: "x".repeat(1_048_576 - 15), attributes }).bytes).toBe(1_048_576);
    expect(() => work.send({ body: "x".repeat(1_048_576 - 14), attributes })).toThrow("shorter than 1048576 bytes");
  });

  it("refuses messages beyond its share of memory", () => {
    const { work } = workAndDeadQueues();
    const body = "x".repeat(1_048_576);
    for (let megabyte = 0; megabyte < 256; megabyte += 1) work.send({ body });
    expect(() => work.send({ body: "x" })).toThrow(expect.objectContaining({ code: "RequestThrottled" }));
  });

  it.each(["not base64!", "", Buffer.from("x 1").toString("base64")])(
    "refuses the malformed receipt handle %j",
    (handle) => {
      const { work } = workAndDeadQueues();
      expect(() => work.delete(handle)).toThrow(expect.objectContaining({ code: "ReceiptHandleIsInvalid" }));
    },
  );
});

describe("waiting for an arrival", () => {
  it("ends with a message, also one that becomes visible again, and leaves nothing behind", async () => {
    const { work, scheduler } = workAndDeadQueues();
    const sent = work.arrival(20_000, never);
    work.send({ body: "a" });
    await sent;
    work.receive({ max: 1 });
    const again = work.arrival(60_000, never);
    scheduler.advance(30_000);
    await again;
    expect(scheduler.pending).toBe(0);
  });

  it("ends with its time, and with its signal", async () => {
    const { work, scheduler } = workAndDeadQueues();
    const stop = new AbortController();
    const timed = work.arrival(20_000, never);
    scheduler.advance(20_000);
    await timed;
    const stopped = work.arrival(20_000, stop.signal);
    stop.abort();
    await stopped;
    await work.arrival(20_000, stop.signal);
    expect(scheduler.pending).toBe(0);
  });

  it("does not end before there is a message", async () => {
    const { work, scheduler } = workAndDeadQueues();
    let ended = false;
    const waiting = work.arrival(20_000, never).then(() => {
      ended = true;
    });
    scheduler.advance(19_999);
    await turnOfEventLoop();
    expect(ended).toBe(false);
    scheduler.advance(1);
    await waiting;
  });

  it("leaves no timer when the queues are closed", () => {
    const { work, queues, scheduler } = workAndDeadQueues();
    work.send({ body: "a", delaySeconds: 9 });
    queues.close();
    expect(scheduler.pending).toBe(0);
  });
});

describe("declaring queues", () => {
  it.each([
    ["FIFO queues are not emulated", [queueSettings({ name: "a.fifo" })]],
    ["not a name that SQS takes", [queueSettings({ name: "a b" })]],
    ["declared twice", [queueSettings({ name: "a" }), queueSettings({ name: "a" })]],
    ["no queue is named b", [queueSettings({ name: "a", deadLetters: { queue: "b", maxReceiveCount: 1 } })]],
    [
      "maxReceiveCount must be 1 to 1000",
      [queueSettings({ name: "a", deadLetters: { queue: "b", maxReceiveCount: 0 } }), queueSettings({ name: "b" })],
    ],
  ])("%s", (reason, queues) => {
    const account = { accountId: "123456789012", region: "us-east-1" };
    const deps = { ...account, queues, scheduler: new ManualScheduler(), observe: () => {}, faults: new Faults() };
    expect(() => makeQueues(deps)).toThrow(reason);
  });
});
