import { describe, expect, it } from "vitest";
import { AwsError } from "../../src/aws-json/aws-error.ts";
import type { QueueTarget } from "../../src/eventbridge/rule-target.ts";
import { deliveryOver } from "../support/delivery.ts";
import type { Json } from "../support/handlers.ts";
import { workAndDeadQueues } from "../support/queues.ts";

const RULE = { name: "updates", eventBusName: "default" };
const TARGET: QueueTarget = { queue: "work", permitted: true, deadLetterQueue: "dead", deadLetterQueuePermitted: true };
const DAY = 86_400_000;

/** Deliveries to the queue `work`, whose `send` fails for the first `refusals` times. */
function start(refusals: number, target: Partial<QueueTarget> = {}, code = "RequestThrottled") {
  const { queues, work, dead, scheduler } = workAndDeadQueues();
  const sends: number[] = [];
  const send = work.send.bind(work);
  work.send = (message) => {
    sends.push(scheduler.now());
    if (sends.length <= refusals) throw code === "fault" ? new TypeError("broken") : new AwsError(code, "no");
    return send(message);
  };
  const observed: Json[] = [];
  const observe = (event: Json) => observed.push(event);
  const delivery = deliveryOver({ queues, scheduler, observe });
  const made = delivery.makeTarget({ ...TARGET, ...target }, RULE.name);
  const deliver = (body = '{"a":1}') => delivery.deliver({ eventId: "e", body }, RULE, made);
  const letters = () =>
    dead
      .messages()
      .map(({ attributes }) => Object.fromEntries([...attributes].map(([name, one]) => [name, one.stringValue])));
  const waits = () => sends.map((at, index) => (at - (sends[index - 1] ?? at)) / 1000);
  return { scheduler, work, sends, observed, deliver, letters, waits, stop: delivery.stop };
}

describe("an event that its target cannot take now", () => {
  it("is sent again after waits that grow, until the target takes it", () => {
    const { scheduler, work, deliver, waits, observed, letters } = start(12);
    deliver();
    expect(work.messages()).toEqual([]);
    scheduler.advance(DAY);

    expect(waits()).toEqual([0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 600, 600]);
    expect(work.messages().map(({ body }) => body)).toEqual(['{"a":1}']);
    expect(observed[0]).toEqual({
      ...{ kind: "event-retried", eventId: "e", rule: "updates", target: "work" },
      ...{ code: "THROTTLING", afterMillis: 1000 },
    });
    expect([letters(), scheduler.pending]).toEqual([[], 0]);
  });

  it.each([
    [{ maximumRetryAttempts: 0 }, 1, "0", "MaximumRetryAttempts"],
    [{ maximumRetryAttempts: 3 }, 4, "3", "MaximumRetryAttempts"],
    // The waits before it are 1, 2, 4, 8, 16 and 32 seconds.
    [{ maximumEventAgeSeconds: 60 }, 7, "6", "MaximumEventAgeInSeconds"],
  ])("with the policy %j goes to the dead letters after its retries", (retryPolicy, sent, attempts, condition) => {
    const { scheduler, sends, deliver, letters, observed } = start(Number.POSITIVE_INFINITY, { retryPolicy });
    deliver();
    scheduler.advance(DAY);

    expect(sends).toHaveLength(sent);
    expect(letters()).toMatchObject([
      { ERROR_CODE: "THROTTLING", RETRY_ATTEMPTS: attempts, EXHAUSTED_RETRY_CONDITION: condition },
    ]);
    expect(observed.at(-1)).toMatchObject({ kind: "event-undelivered", outcome: "dead-lettered" });
  });

  it("is given up after a day", () => {
    const { scheduler, sends, deliver, letters } = start(Number.POSITIVE_INFINITY);
    deliver();
    scheduler.advance(2 * DAY);

    expect(sends.at(-1)).toBeLessThan((sends[0] ?? 0) + DAY + 600_000);
    expect(letters()).toMatchObject([{ EXHAUSTED_RETRY_CONDITION: "MaximumEventAgeInSeconds" }]);
  });

  it("is sent again after a fault of the target itself too", () => {
    const { scheduler, work, deliver } = start(1, {}, "fault");
    deliver();
    scheduler.advance(1000);
    expect(work.messages()).toHaveLength(1);
  });

  it("waits within a bound of memory: a further one goes to the dead letters at once", () => {
    const { deliver, letters } = start(Number.POSITIVE_INFINITY);
    for (let n = 0; n < 64; n += 1) deliver(JSON.stringify("x".repeat(1_048_574)));
    expect(letters()).toEqual([]);
    deliver();
    expect(letters()).toMatchObject([{ ERROR_CODE: "THROTTLING", RETRY_ATTEMPTS: "0" }]);
  });

  it("counts the event in that bound, also if the target gets an input in place of it", () => {
    const { deliver, letters } = start(Number.POSITIVE_INFINITY, { input: "{}" });
    for (let n = 0; n < 64; n += 1) deliver(JSON.stringify("x".repeat(1_048_574)));
    expect(letters()).toEqual([]);
    deliver();
    expect(letters()).toMatchObject([{ ERROR_CODE: "THROTTLING", RETRY_ATTEMPTS: "0" }]);
  });

  it("is not sent again after the end", () => {
    const { scheduler, sends, deliver, stop } = start(Number.POSITIVE_INFINITY);
    deliver();
    stop();
    scheduler.advance(DAY);
    expect([sends.length, scheduler.pending]).toEqual([1, 0]);
  });

  it("does not wait for a retry if it comes after the end", () => {
    const { scheduler, sends, deliver, stop } = start(Number.POSITIVE_INFINITY);
    stop();
    deliver();
    expect([sends.length, scheduler.pending]).toEqual([1, 0]);
  });
});

it("an event that its target never takes goes to the dead letters at once, without a count of retries", () => {
  const { sends, deliver, letters } = start(1, {}, "InvalidParameterValue");
  deliver();
  expect(sends).toHaveLength(1);
  expect(letters()).toEqual([
    {
      RULE_ARN: "arn:aws:events:us-east-1:123456789012:rule/updates",
      TARGET_ARN: "arn:aws:sqs:us-east-1:123456789012:work",
      ERROR_CODE: "INVALID_PARAMETER",
      ERROR_MESSAGE: "no",
    },
  ]);
});
