import { expect, it, onTestFinished } from "vitest";
import { DEFAULT_ACCOUNT } from "../../src/aws-account.ts";
import { type Schedule, startSchedules } from "../../src/eventbridge/schedules.ts";
import { Faults } from "../../src/faults/faults.ts";
import { makeFunctions } from "../../src/lambda/functions.ts";
import type { Scheduler } from "../../src/scheduler.ts";
import { deferred } from "../support/deferred.ts";
import { deliveryToFunctions } from "../support/delivery.ts";
import type { Handler, Json } from "../support/handlers.ts";
import { ManualScheduler } from "../support/manual-scheduler.ts";
import { turnOfEventLoop, workAndDeadQueues } from "../support/queues.ts";

const MINUTE = 60_000;
const RULE_ARN = "arn:aws:events:us-east-1:123456789012:rule/each-minute";

const toFunction = { functionName: "Sweep", permitted: true, deadLetterQueuePermitted: false };
const eachMinute: Schedule = { name: "each-minute", everyMillis: MINUTE, targets: [toFunction] };

/** Schedules over the queues `work` and `dead` and the function `Sweep`. */
function start(schedules: readonly Schedule[], sweep: Handler = () => undefined, scheduler?: Scheduler) {
  const { queues, work, dead, scheduler: manual } = workAndDeadQueues();
  const events: Json[] = [];
  const undelivered: Json[] = [];
  const handler: Handler = (event, context) => {
    events.push(event);
    return sweep(event, context);
  };
  const deps = { scheduler: scheduler ?? manual, observe: () => {}, faults: new Faults() };
  const observe = (event: Json) => {
    if (event.kind === "event-undelivered") undelivered.push(event);
  };
  const functions = makeFunctions({
    ...{ ...deps, account: DEFAULT_ACCOUNT },
    functions: [{ name: "Sweep", handler, timeoutSeconds: 60, memoryMegabytes: 128 }],
  });
  const { delivery, stop: stopInvocations } = deliveryToFunctions({ ...deps, queues, functions, observe });
  const started = startSchedules({ ...deps, schedules, queues, delivery });
  const stop = () => {
    started.stop();
    return stopInvocations();
  };
  onTestFinished(stop);
  return { stop, work, dead, scheduler: manual, events, undelivered };
}

it("an event of EventBridge's own comes at each whole period, for the first time after one period", async () => {
  const { scheduler, events } = start([eachMinute]);
  scheduler.advance(MINUTE - 1);
  expect(events).toEqual([]);
  scheduler.advance(1);
  scheduler.advance(2 * MINUTE);

  expect(events).toEqual(
    ["12:01:00", "12:02:00", "12:03:00"].map((time) => ({
      version: "0",
      id: expect.stringMatching(/^[\da-f]{8}-[\da-f-]{27}$/),
      "detail-type": "Scheduled Event",
      source: "aws.events",
      account: "123456789012",
      time: `2026-11-22T${time}Z`,
      region: "us-east-1",
      resources: [RULE_ARN],
      detail: {},
    })),
  );
  expect(new Set(events.map(({ id }) => id)).size).toBe(3);
});

it("the time of an event has whole seconds", () => {
  const scheduler = new ManualScheduler(Date.UTC(2026, 0, 1) + 999);
  const { events } = start([eachMinute], undefined, scheduler);
  scheduler.advance(MINUTE);

  expect(events).toMatchObject([{ time: "2026-01-01T00:01:00Z" }]);
});

it("a target with an input gets it in place of the event", () => {
  const { scheduler, events } = start([{ ...eachMinute, targets: [{ ...toFunction, input: '{"sweep":[1]}' }] }]);
  scheduler.advance(MINUTE);

  expect(events).toEqual([{ sweep: [1] }]);
});

it("a queue gets the same event as a function", () => {
  const toQueue = { queue: "work", permitted: true, deadLetterQueuePermitted: false };
  const { scheduler, events, work } = start([{ ...eachMinute, targets: [toFunction, toQueue] }]);
  scheduler.advance(MINUTE);

  expect(work.messages().map(({ body }) => JSON.parse(body))).toEqual(events);
  expect(events).toHaveLength(1);
});

it("an invocation that takes longer than the period delays no other one, and one that fails is repeated", async () => {
  let calls = 0;
  const { scheduler, events } = start([eachMinute], () => {
    calls += 1;
    return calls === 1 ? new Promise(() => {}) : Promise.reject(new Error("not now"));
  });
  scheduler.advance(MINUTE);
  scheduler.advance(MINUTE);
  await turnOfEventLoop();
  scheduler.advance(MINUTE - 1);
  expect(events).toHaveLength(2);
  scheduler.advance(1);
  await turnOfEventLoop();

  // The event of the third period, and again the others: that of the first one has timed out.
  const [first, second, third] = events.map(({ id }) => id);
  expect(
    events
      .slice(3)
      .map(({ id }) => id)
      .toSorted(),
  ).toEqual([first, second].toSorted());
  expect(new Set([first, second, third]).size).toBe(3);
  scheduler.advance(MINUTE);
});

it.each([
  ["a dead letter with the reason, if its queue permits that", true, "dead-lettered", ["NO_PERMISSIONS"]],
  ["lost, if no queue permits that", false, "lost", []],
])(
  "attack:I4 an event whose function does not let the rule invoke it is %s",
  (_fate, deadLetterQueuePermitted, outcome, codes) => {
    const target = { ...toFunction, permitted: false, deadLetterQueue: "dead", deadLetterQueuePermitted };
    const { scheduler, events, dead, undelivered } = start([{ ...eachMinute, targets: [target] }]);
    scheduler.advance(MINUTE);

    expect(events).toEqual([]);
    expect(undelivered).toMatchObject([{ rule: "each-minute", target: "Sweep", code: "NO_PERMISSIONS", outcome }]);
    const attribute = (name: string) => dead.messages().map(({ attributes }) => attributes.get(name)?.stringValue);
    expect(attribute("ERROR_CODE")).toEqual(codes);
    expect(attribute("RULE_ARN")).toEqual(codes.map(() => RULE_ARN));
    expect(attribute("TARGET_ARN")).toEqual(codes.map(() => "arn:aws:lambda:us-east-1:123456789012:function:Sweep"));
  },
);

it("the end stops it, leaves no timer, and waits for the invocation under way", async () => {
  const end = deferred();
  const { scheduler, events, stop } = start([eachMinute], () => end.promise);
  scheduler.advance(MINUTE);
  let hasStopped = false;
  const stopping = stop().then(() => {
    hasStopped = true;
  });
  await turnOfEventLoop();
  expect(hasStopped).toBe(false);
  end.resolve();
  await stopping;
  scheduler.advance(10 * MINUTE);

  expect(events).toHaveLength(1);
  expect(scheduler.pending).toBe(0);
});

it("a period of a month passes whole", () => {
  const scheduler = new ManualScheduler();
  const { events } = start([{ ...eachMinute, everyMillis: 30 * 24 * 60 * MINUTE }], undefined, scheduler);
  scheduler.advance(30 * 24 * 60 * MINUTE - 1);
  expect(events).toEqual([]);
  scheduler.advance(1);

  expect(events).toHaveLength(1);
});

it("the periods that a laptop sleeps through are one, and the next event comes at a whole period again", () => {
  let slept = 0;
  class Sleeping extends ManualScheduler {
    override now(): number {
      return super.now() + slept;
    }
  }
  const scheduler = new Sleeping();
  const { events } = start([eachMinute], undefined, scheduler);
  slept = 5.5 * MINUTE;
  scheduler.advance(MINUTE);
  expect(events).toHaveLength(1);
  scheduler.advance(MINUTE / 2 - 1);
  expect(events).toHaveLength(1);
  scheduler.advance(1);

  expect(events.map(({ time }) => time)).toEqual(["2026-11-22T12:06:30Z", "2026-11-22T12:07:00Z"]);
});

it.each([
  ["function", { ...toFunction, functionName: "Nobody" }, "Rule each-minute: no function is named Nobody"],
  [
    "queue",
    { queue: "nobody", permitted: true, deadLetterQueuePermitted: false },
    "Rule each-minute: no queue is named nobody",
  ],
])("an unknown %s is refused", (_kind, target, problem) => {
  expect(() => start([{ ...eachMinute, targets: [target] }])).toThrow(problem);
});
