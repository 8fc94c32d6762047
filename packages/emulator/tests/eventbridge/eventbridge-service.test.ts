import { EventBridgeClient, PutEventsCommand, type PutEventsRequestEntry } from "@aws-sdk/client-eventbridge";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type EventDetail, parseEventDetail } from "../../src/eventbridge/bus-event.ts";
import { type EventBus, makeEventBus, type Rule } from "../../src/eventbridge/event-bus.ts";
import { makeEventBridgeService } from "../../src/eventbridge/eventbridge-service.ts";
import type { QueueTarget } from "../../src/eventbridge/rule-target.ts";
import type { Observe } from "../../src/observer.ts";
import { anyText } from "../support/any-text.ts";
import { deliveryOver } from "../support/delivery.ts";
import { type QueuesUnderTest, workAndDeadQueues } from "../support/queues.ts";
import { serveHttpServices } from "../support/serve-http-services.ts";

const target: QueueTarget = { queue: "work", permitted: true, deadLetterQueue: "dead", deadLetterQueuePermitted: true };
const rule: Rule = {
  name: "updates",
  eventBusName: "default",
  eventPattern: { source: ["CLI", { prefix: "portcullis." }], "detail-type": ["Entity Updated"] },
  targets: [target],
};
const good: PutEventsRequestEntry = {
  Source: "CLI",
  DetailType: "Entity Updated",
  Detail: '{"entityId":"order-17","message":{"n":1}}',
};

let under: QueuesUnderTest;
/** Observed events of the bus that reached no queue unchanged. */
let warnings: object[];
let server: Awaited<ReturnType<typeof serveHttpServices>>;
let client: EventBridgeClient;

beforeEach(async () => {
  under = workAndDeadQueues({ maximumMessageBytes: 1_048_576 });
  warnings = [];
  const rules = [rule, { ...rule, name: "elsewhere", eventBusName: "orders" }];
  const eventBus = busOver(rules, under);
  server = await serveHttpServices(makeEventBridgeService({ eventBus, scheduler: under.scheduler }));
  client = new EventBridgeClient({
    endpoint: server.origin,
    region: "us-east-1",
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
    maxAttempts: 1,
  });
});

afterEach(async () => {
  client.destroy();
  await server.close();
});

const observe: Observe = (event) => {
  if (event.kind === "event-published" && event.rules.length === 0) warnings.push({ unmatched: event.eventId });
  if (event.kind !== "event-undelivered" || event.outcome === "dead-lettered") return;
  const { rule, target, code, outcome } = event;
  warnings.push({ rule, target, code, outcome });
};

function busOver(rules: readonly Rule[], { queues, scheduler }: QueuesUnderTest): EventBus {
  return makeEventBus({ rules, queues, observe, delivery: deliveryOver({ queues, scheduler, observe }) });
}

const put = (...Entries: PutEventsRequestEntry[]) => client.send(new PutEventsCommand({ Entries }));
const delivered = () => under.work.messages().map(({ body }) => JSON.parse(body));

describe("PutEvents for the real SDK", () => {
  it("delivers the envelope to the queue of every rule that matches", async () => {
    const answer = await put({ ...good, Resources: ["arn:aws:x"], Time: new Date("2026-01-02T03:04:05.678Z") });
    expect(answer).toMatchObject({
      FailedEntryCount: 0,
      Entries: [{ EventId: expect.stringMatching(/^[\da-f-]{36}$/) }],
    });
    expect(delivered()).toEqual([
      {
        version: "0",
        id: answer.Entries?.[0]?.EventId,
        "detail-type": "Entity Updated",
        source: "CLI",
        account: "123456789012",
        time: "2026-01-02T03:04:05Z",
        region: "us-east-1",
        resources: ["arn:aws:x"],
        detail: { entityId: "order-17", message: { n: 1 } },
      },
    ]);
  });

  it("uses the time of the call if none is given", async () => {
    await put(good);
    expect(delivered()[0]).toMatchObject({ time: "2026-11-22T12:00:00Z", resources: [] });
  });

  it("attack:I4 delivers no event of another source or type, and reports it", async () => {
    const answer = await put({ ...good, Source: "stranger" }, { ...good, DetailType: "Entity Deleted" });
    expect(answer.FailedEntryCount).toBe(0);
    expect(delivered()).toEqual([]);
    expect(warnings).toEqual(answer.Entries?.map(({ EventId }) => ({ unmatched: EventId })));
  });

  it("keeps buses apart, accepts their ARNs, and accepts events for an unknown bus", async () => {
    const arn = "arn:aws:events:us-east-1:123456789012:event-bus/orders";
    const answer = await put(
      { ...good, EventBusName: "orders" },
      { ...good, EventBusName: arn },
      { ...good, EventBusName: "x" },
    );
    expect(answer.Entries?.map(({ EventId }) => typeof EventId)).toEqual(["string", "string", "string"]);
    expect(delivered()).toHaveLength(2);
  });

  it("fails entries one by one, in their order, and delivers the others", async () => {
    const { Detail, DetailType, Source } = good;
    const answer = await put(
      good,
      { DetailType, Detail },
      { Source, Detail },
      { Source, DetailType },
      { ...good, Detail: "" },
      { ...good, Source: "aws.ec2" },
      { ...good, DetailType: "x".repeat(129) },
      good,
    );
    expect(answer.FailedEntryCount).toBe(6);
    expect(answer.Entries?.map(({ ErrorCode, ErrorMessage }) => ErrorMessage ?? ErrorCode)).toEqual([
      undefined,
      "Parameter Source is not valid. Reason: Source is a required argument.",
      "Parameter DetailType is not valid. Reason: DetailType is a required argument.",
      "Parameter Detail is not valid. Reason: Detail is a required argument.",
      "Parameter Detail is not valid. Reason: Detail is a required argument.",
      "Not authorized for the source.",
      "Parameter DetailType is not valid. Reason: DetailType must have at most 128 characters.",
      undefined,
    ]);
    expect(delivered()).toHaveLength(2);
  });

  it.each(['"text"', "[1]", "null", "7", "{not json", "{'a':1}"])(
    "attack:I1 calls the detail %s malformed",
    async (Detail) => {
      const answer = await put({ ...good, Detail });
      expect(answer.Entries).toEqual([{ ErrorCode: "MalformedDetail", ErrorMessage: "Detail is malformed." }]);
    },
  );

  it.each([
    [1000, 0],
    [1001, 1],
    [500_000, 1],
  ])("attack:I1 accepts details of a thousand levels: %d", async (levels, failed) => {
    const Detail = `{"a":${"[".repeat(levels - 1)}${"]".repeat(levels - 1)}}`;
    const answer = await put(good, { ...good, Detail });
    expect(answer.FailedEntryCount).toBe(failed);
    expect(delivered()).toHaveLength(2 - failed);
  });

  it("accepts ten entries and 1 MB together, and no more", async () => {
    await expect(put()).rejects.toMatchObject({ name: "ValidationException" });
    await expect(put(...Array<PutEventsRequestEntry>(11).fill(good))).rejects.toMatchObject({
      name: "ValidationException",
      message: expect.stringMatching(/less than or equal to 10$/),
    });
    await expect(put(bigEvent(1_048_577))).rejects.toMatchObject({
      name: "ValidationException",
      message: "Total size of the entries in the request is over the limit.",
    });
    expect((await put(bigEvent(1_048_576))).FailedEntryCount).toBe(0);
  });

  it("publishes nothing of a malformed request", async () => {
    const headers = { authorization: "AWS4-HMAC-SHA256 Credential=x", "x-amz-target": "AWSEvents.PutEvents" };
    for (const bad of [{ Time: "yesterday" }, { Time: 1e300 }, { Resources: "arn:aws:x" }, { Source: 7 }]) {
      const body = JSON.stringify({ Entries: [good, { ...good, ...bad }] });
      const response = await fetch(server.origin, { method: "POST", headers, body });
      expect(await response.json()).toMatchObject({ __type: "com.amazonaws.events#SerializationException" });
    }
    expect(delivered()).toEqual([]);
  });

  it.each([1_048_400, 1_048_576])(
    "fault:4 an entry of %i bytes, too large for any queue, is a dead letter",
    async (bytes) => {
      await put(bigEvent(bytes));
      const [letter, ...others] = under.dead.messages();
      expect([under.work.messages(), others]).toEqual([[], []]);
      expect(letter?.attributes.get("ERROR_CODE")?.stringValue).toBe("INVALID_PARAMETER");
      expect(letter?.body).toMatch(/^{"version":"0","id":"[\da-f-]{36}","detail-type":"Entity Updated"/);
      expect(letter?.bytes).toBe(1_048_576);
      expect(warnings).toEqual([{ rule: "updates", target: "work", code: "INVALID_PARAMETER", outcome: "cut" }]);
    },
  );

  it("delivers the detail unchanged: numbers, repeated members, blanks and escapes", async () => {
    const Detail = ' {"id":1524831183200260097,"n":[1.0,1e400,-0.10],\n"a":1,"a":{"b":"\\u0041\\/é"}}\t';
    await put({ ...good, Detail });
    const body = under.work.messages()[0]?.body ?? "";
    expect(body.slice(body.indexOf('"detail":'))).toBe(`"detail":${Detail}}`);
  });

  it("matches numbers as they are written, as far as a double holds them", () => {
    const value = (number: string) => parseEventDetail(`{"n":${number}}`)?.value["n"];
    const exact = ["1", "1.0", "-0.10", "3.0e2", "0.1", "-0", "5e-324", "9007199254740993e0", "1e400"];
    expect(exact.map(value)).toEqual([1, 1, -0.1, 300, 0.1, -0, 5e-324, Number.NaN, Number.NaN]);
  });

  it("delivers or dead-letters every accepted event, with any characters", async () => {
    const text = fc.oneof(anyText(40), fc.constantFrom("\ufffe", "\uffff", "\ud800", "\udc00\ud800", "\u2028"));
    await fc.assert(
      fc.asyncProperty(text, text, fc.boolean(), async (message, source, unpaired) => {
        under.work.purge();
        const raw = JSON.stringify(message);
        // JSON allows an unescaped lone surrogate, which JSON.stringify does not write.
        const Detail = `{"entityId":"a","message":${unpaired ? raw.replace(/\\ud[89ab]../g, "\ud800") : raw}}`;
        const answer = await put({ ...good, Source: `portcullis.${source}`, Resources: [source], Detail });
        expect(answer.FailedEntryCount).toBe(0);
        expect(delivered()).toHaveLength(1);
        expect(delivered()[0]).toMatchObject({
          source: `portcullis.${source}`,
          detail: { entityId: "a" },
        });
        if (unpaired) return;
        expect(delivered()[0]).toMatchObject({ detail: { entityId: "a", message } });
      }),
    );
    expect(under.dead.messages()).toEqual([]);
  });

  it("fault:4 keeps an entry of a million bytes, as promised to publishers, unchanged, as a dead letter too", async () => {
    await put(bigEvent(1_000_000), { ...good, EventBusName: "orders" });
    const forbidden = { ...rule, targets: [{ ...target, permitted: false }] };
    const eventBus = busOver([forbidden], under);
    const [whole] = under.work.messages();
    const { detail } = JSON.parse(whole?.body ?? "");
    eventBus.publish(
      { detailType: "Entity Updated", source: "CLI", time: 0, resources: [], detail: detailOf(detail) },
      "default",
    );
    expect(JSON.parse(under.dead.messages()[0]?.body ?? "").detail.a).toHaveLength(detail.a.length);
    expect([detail.a.length > 999_000, warnings]).toEqual([true, []]);
  });

  it("fault:4 cuts the dead letter of an event that is too large only by its escapes", async () => {
    await put({ ...good, Detail: JSON.stringify({ a: "\uffff".repeat(300_000) }) });
    expect(under.dead.messages().map(({ bytes }) => bytes <= 1_048_576)).toEqual([true]);
  });

  it("refuses a request that is not UTF-8, instead of delivering another text", async () => {
    const headers = { authorization: "AWS4-HMAC-SHA256 Credential=x", "x-amz-target": "AWSEvents.PutEvents" };
    const [before, after] = JSON.stringify({ Entries: [{ ...good, Detail: '{"entityId":"?"}' }] }).split("?");
    const body = Buffer.concat([Buffer.from(before ?? ""), Buffer.of(0xff), Buffer.from(after ?? "")]);
    const response = await fetch(server.origin, { method: "POST", headers, body });
    expect([response.status, await response.json()]).toMatchObject([
      400,
      { __type: "com.amazonaws.events#SerializationException" },
    ]);
  });

  function bigEvent(bytes: number): PutEventsRequestEntry {
    const around = "CLI".length + "Entity Updated".length + '{"a":""}'.length;
    return { ...good, Detail: JSON.stringify({ a: "x".repeat(bytes - around) }) };
  }
});

function detailOf(value: object): EventDetail {
  const detail = parseEventDetail(JSON.stringify(value));
  if (detail === undefined) throw new Error("not a detail");
  return detail;
}

describe("rules", () => {
  const busOf = (given: Partial<Rule>) => () => busOver([{ ...rule, ...given }], under);

  it("are refused if they cannot work", () => {
    expect(busOf({ eventPattern: { source: "CLI" } })).toThrow(
      'Rule updates: Event pattern is not valid. Reason: "source" must be an object or an array',
    );
    expect(busOf({ targets: [{ ...target, queue: "nobody" }] })).toThrow("Rule updates: no queue is named nobody");
    expect(busOf({ targets: [{ ...target, deadLetterQueue: "nobody" }] })).toThrow("no queue is named nobody");
  });

  it("fault:4 send an undeliverable event to the target's dead-letter queue, with the reason", () => {
    const small = workAndDeadQueues({ maximumMessageBytes: 1024 });
    const eventBus = busOver([rule], small);
    const event = {
      ...{ detailType: "Entity Updated", source: "CLI", time: 0, resources: [] },
      detail: detailOf({ a: "x".repeat(1024) }),
    };
    const id = eventBus.publish(event, "default");
    expect(small.work.messages()).toEqual([]);
    const [letter] = small.dead.messages();
    expect(JSON.parse(letter?.body ?? "")).toMatchObject({ id });
    expect(
      Object.fromEntries([...(letter?.attributes ?? [])].map(([name, { stringValue }]) => [name, stringValue])),
    ).toEqual({
      RULE_ARN: "arn:aws:events:us-east-1:123456789012:rule/updates",
      TARGET_ARN: small.work.arn,
      ERROR_CODE: "INVALID_PARAMETER",
      ERROR_MESSAGE: "One or more parameters are invalid. Reason: Message must be shorter than 1024 bytes.",
    });
    expect(warnings).toEqual([]);
  });

  it.each<readonly [about: string, given: Partial<QueueTarget>, letters: number, lost: number]>([
    ["the dead-letter queue, if its policy allows it", { permitted: false }, 1, 0],
    ["no queue, if neither policy allows it", { permitted: false, deadLetterQueuePermitted: false }, 0, 1],
  ])("attack:I4 fault:4 send an event that the queue's policy refuses to %s", (_about, given, letters, lost) => {
    const eventBus = busOver([{ ...rule, targets: [{ ...target, ...given }] }], under);
    eventBus.publish(
      { detailType: "Entity Updated", source: "CLI", time: 0, resources: [], detail: detailOf({}) },
      "default",
    );
    expect(under.work.messages()).toEqual([]);
    const codes = under.dead.messages().map(({ attributes }) => attributes.get("ERROR_CODE")?.stringValue);
    expect(codes).toEqual(Array(letters).fill("NO_PERMISSIONS"));
    expect(warnings).toEqual(
      Array(lost).fill({ rule: "updates", target: "work", code: "NO_PERMISSIONS", outcome: "lost" }),
    );
  });

  it("deliver to each of several targets, whatever happens to the others", () => {
    const small = workAndDeadQueues({ maximumMessageBytes: 10 });
    const alone = { permitted: true, deadLetterQueuePermitted: false };
    const targets = [
      { ...alone, queue: "work" },
      { ...alone, queue: "dead" },
    ];
    const eventBus = busOver([{ ...rule, targets }], small);
    eventBus.publish(
      { detailType: "Entity Updated", source: "portcullis.x", time: 0, resources: [], detail: detailOf({}) },
      "default",
    );
    expect(small.dead.counts().visible).toBe(1);
    expect(warnings).toHaveLength(1);
  });
});
