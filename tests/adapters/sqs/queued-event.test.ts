import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodePush } from "../../../src/adapters/api-gateway-management/push-frame.ts";
import { encodeDelivery } from "../../../src/adapters/sqs/delivery-body.ts";
import { parseQueuedDelivery } from "../../../src/adapters/sqs/events/queued-event.ts";
import { type MalformedInputCode, MalformedInputError } from "../../../src/domain/errors.ts";
import type { Delivery } from "../../../src/domain/notification/delivery.ts";
import { anyJsonText } from "../../support/any-json-text.ts";
import {
  entityUpdate,
  freshDelivery,
  named,
  PUBLICATION,
  rawJson,
  recipients,
  userPush,
} from "../../support/notifications.ts";
import { entityUpdated } from "../../support/queued-messages.ts";

const DETAIL = { entityId: "order-17", message: "shipped" };
const EVENT = entityUpdated(DETAIL);
const ABOUT = '"id":"7f1c4f8e-2f0f-4a3b-9d8e-0a4f7a5b6c1d","time":"2026-11-22T12:00:00Z"';
const PUSH_EVENT = entityUpdated({ userId: "ann", message: "done" }, { "detail-type": "Send User Push Notification" });

describe("an event in the queue", () => {
  it("is a fresh delivery of its notification", () => {
    const update = parseQueuedDelivery(JSON.stringify(EVENT));
    const push = parseQueuedDelivery(JSON.stringify(PUSH_EVENT));
    expect(update).toEqual(freshDelivery(entityUpdate()));
    expect(push).toEqual(freshDelivery(userPush()));
  });

  it("attack:I9 is a replay if it comes from an archive's replay", () => {
    const body = JSON.stringify({ ...EVENT, "replay-name": "after-the-outage" });
    expect(parseQueuedDelivery(body).notification.replay).toBe(true);
  });

  it.each<[string, unknown, MalformedInputCode]>([
    ["attack:I5 no JSON", "Entity Updated", "MALFORMED_EVENT"],
    ["attack:I5 empty", "", "MALFORMED_EVENT"],
    ["attack:I5 JSON cut off", JSON.stringify(EVENT).slice(0, -1), "MALFORMED_EVENT"],
    ["attack:I5 null", "null", "MALFORMED_EVENT"],
    ["attack:I5 an array", [EVENT], "MALFORMED_EVENT"],
    ["attack:I5 the detail without its envelope", DETAIL, "MALFORMED_EVENT"],
    ["attack:I5 wrapped by SNS", { Type: "Notification", Message: JSON.stringify(EVENT) }, "MALFORMED_EVENT"],
    ["attack:I5 the event of another rule", { ...PUSH_EVENT, "detail-type": "Order Placed" }, "MALFORMED_EVENT"],
    ["attack:I5 no detail type", { ...PUSH_EVENT, "detail-type": undefined }, "MALFORMED_EVENT"],
    ["attack:I5 the other detail type", { ...PUSH_EVENT, "detail-type": "Entity Updated" }, "MALFORMED_DETAIL"],
    ["attack:I1 detail missing", entityUpdated(undefined), "MALFORMED_DETAIL"],
    ["attack:I1 detail a string", entityUpdated(JSON.stringify(DETAIL)), "MALFORMED_DETAIL"],
    ["attack:I1 detail null", entityUpdated(null), "MALFORMED_DETAIL"],
    ["attack:I2 entity id with a newline", entityUpdated({ entityId: "order\n17" }), "MALFORMED_DETAIL"],
    ["no id", entityUpdated(DETAIL, { id: undefined }), "MALFORMED_EVENT"],
    ["an id with a newline", entityUpdated(DETAIL, { id: "a\nb" }), "MALFORMED_EVENT"],
    ["an id of 4 KB", entityUpdated(DETAIL, { id: "x".repeat(4096) }), "MALFORMED_EVENT"],
    ["no time", entityUpdated(DETAIL, { time: undefined }), "MALFORMED_EVENT"],
    ["a time in seconds", entityUpdated(DETAIL, { time: 1795348800 }), "MALFORMED_EVENT"],
    ["a time that is not a date", entityUpdated(DETAIL, { time: "2026-13-45T12:00:00Z" }), "MALFORMED_EVENT"],
    [
      "a detail type that only looks like ours",
      entityUpdated(DETAIL, { "detail-type": "entity updated" }),
      "MALFORMED_EVENT",
    ],
  ])("is malformed: %s", (_row, body, code) => {
    const parse = () => parseQueuedDelivery(typeof body === "string" ? body : JSON.stringify(body));
    expect(parse).toThrow(new MalformedInputError(code));
  });

  it("attack:G4 nested 200,000 levels deep is malformed or ignored, never a crash", () => {
    const deep = `${"[".repeat(200_000)}${"]".repeat(200_000)}`;
    expect(() => parseQueuedDelivery(deep)).toThrow(MalformedInputError);
  });

  it("attack:I1 of any text is a delivery or malformed", () => {
    const text = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.json(),
      ...["Entity Updated", "Send User Push Notification"].map((type) =>
        fc.jsonValue().map((detail) => JSON.stringify(entityUpdated(detail, { "detail-type": type }))),
      ),
    );
    fc.assert(
      fc.property(text, (body) => {
        try {
          return parseQueuedDelivery(body).attempt === 0;
        } catch (thrown) {
          return thrown instanceof MalformedInputError;
        }
      }),
    );
  });
});

/** The bodies of an entity update and of a user push, with this text as `data`. */
function eventsWith(data: string): readonly string[] {
  const update = JSON.stringify(EVENT).replace(/(?="message")/, () => `"data": ${data} , `);
  const push = JSON.stringify(PUSH_EVENT).replace(/"message":"done"/, () => `"data":${data}`);
  return [update, push];
}

describe("the data of an event", () => {
  const frames = (data: string) => [
    `{"type":"Entity Updated","entityId":"order-17","message":"shipped","data":${data},${ABOUT}}`,
    `{"type":"User Push Notification","data":${data},${ABOUT}}`,
  ];

  it("is in the frame byte for byte, at once and after any number of continuations", () => {
    fc.assert(
      fc.property(anyJsonText, fc.nat(3), (data, continuations) => {
        const deliveries = eventsWith(data).map((body) => {
          let delivery = parseQueuedDelivery(body);
          for (let left = continuations; left > 0; left -= 1) {
            delivery = parseQueuedDelivery(encodeDelivery({ ...delivery, to: { page: '"data":' }, attempt: 1 }));
          }
          return delivery;
        });
        expect(deliveries.map(({ notification }) => encodePush(notification))).toEqual(frames(data));
      }),
    );
  });

  it("attack:G4 may be nested 5,000 levels deep", () => {
    const data = `${'[{"a":'.repeat(2500)}1.0${"}]".repeat(2500)}`;
    const continued = eventsWith(data).map((body) => parseQueuedDelivery(encodeDelivery(parseQueuedDelivery(body))));
    expect(continued.map(({ notification }) => encodePush(notification))).toEqual(frames(data));
  });

  it("is the last one, if detail or data is repeated", () => {
    const details = ['{"entityId":"e","data":1}', '{"entityId":"e","data":2,"data":3.0}', '{"entityId":"e"}'];
    const pushed = [details, details.slice(0, 2)].map((repeated) => {
      const body = JSON.stringify(entityUpdated("last")).replace('"last"', repeated.join(',"detail":'));
      return parseQueuedDelivery(body).notification.data;
    });
    expect(pushed).toEqual([undefined, "3.0"]);
  });

  it("is not a member of another place", () => {
    const body = JSON.stringify({
      data: 1,
      ...entityUpdated({ ...DETAIL, meta: { data: 2 } }),
      resources: [{ data: 3 }],
    });
    expect(parseQueuedDelivery(body)).toEqual(freshDelivery(entityUpdate()));
  });
});

describe("a continuation in the queue", () => {
  const message = fc.string({ unit: "binary" });
  const to = fc.oneof(
    fc.constant({}),
    fc.record({ page: fc.string() }),
    fc.nat(20).map((count) => ({ recipients: named(recipients(count)) })),
  );

  it("is parsed as the delivery that was written, whatever it holds", () => {
    fc.assert(
      fc.property(message, to, fc.nat(6), fc.boolean(), (text, audience, attempt, replay) => {
        const update: Delivery = { notification: entityUpdate({ message: text }, { replay }), to: audience, attempt };
        const callback = "https://example.com/x";
        const push: Delivery = {
          notification: userPush({ message: text, callback }, { replay }),
          to: audience,
          attempt,
        };
        expect(parseQueuedDelivery(encodeDelivery(update))).toEqual(update);
        expect(parseQueuedDelivery(encodeDelivery(push))).toEqual(push);
      }),
    );
  });

  it("is a replay with `replay` beside its schema, as first or last member, whatever its publisher said", () => {
    const letter = encodeDelivery(freshDelivery(userPush({ replay: false })));
    const first = letter.replace("{", '{"replay":true,');
    const last = letter.replace(/}$/, ',"replay":true}');
    const replayed = freshDelivery(userPush({}, { replay: true }));
    expect([first, last].map(parseQueuedDelivery)).toEqual([replayed, replayed]);
  });

  it("is the same text as before there was `data`, without it", () => {
    const to = { recipients: named(recipients(1)) };
    expect(encodeDelivery({ notification: entityUpdate(), to, attempt: 2 })).toBe(
      `{"schema":"portcullis/delivery/1","kind":"entity-update",${ABOUT},` +
        '"detail":{"entityId":"order-17","message":"shipped"},"attempt":2,"recipients":[["c0","ann"]]}',
    );
  });

  it("has only characters that SQS accepts, whatever the message is", () => {
    const body = encodeDelivery(freshDelivery(userPush({ message: "\ufffe\uffff\u0000\u001f\ud800" })));
    // SendMessage, API reference: #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF.
    expect(body).toMatch(/^[\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]*$/u);
  });

  it("of 500 recipients and the largest push stays far below SQS's megabyte", () => {
    const notification = userPush({ message: "\u0001".repeat(20 * 1024) });
    const body = encodeDelivery({ notification, to: { recipients: named(recipients(500)) }, attempt: 1 });
    expect(Buffer.byteLength(body)).toBeLessThan(256 * 1024);
  });

  it("of 500 recipients has the largest data once, without escapes", () => {
    const data = rawJson(JSON.stringify('"'.repeat(63 * 1024)));
    const to = { recipients: named(recipients(500)) };
    const [bare, loaded] = [userPush(), { ...userPush(), data }].map((notification) =>
      Buffer.byteLength(encodeDelivery({ notification, to, attempt: 1 })),
    );
    expect(loaded).toBe((bare ?? 0) + '"data":,'.length + data.length);
  });

  it.each<[string, object]>([
    ["no attempt", { attempt: undefined }],
    ["a negative attempt", { attempt: -1 }],
    ["half an attempt", { attempt: 0.5 }],
    ["no id", { id: undefined }],
    ["recipients that are not a list", { recipients: {} }],
    ["a recipient that is not a list", { recipients: [{}] }],
    ["a recipient without a user", { recipients: [["c1"]] }],
    ["a recipient with a malformed user id", { recipients: [["c1", "ann bob"]] }],
    ["a recipient with a malformed connection id", { recipients: [["../c1", "ann"]] }],
    [
      "attack:I4 a recipient with more members",
      { recipients: [["c1", "ann", PUBLICATION.publishedAt, 1_800_000_000]] },
    ],
    ["attack:I4 more recipients than a message may name", { recipients: Array(501).fill(["c1", "ann"]) }],
    ["a page that is not a text", { page: 7 }],
  ])("is malformed with %s", (_what, over) => {
    const body = JSON.stringify({ ...JSON.parse(encodeDelivery(freshDelivery(entityUpdate()))), ...over });
    expect(() => parseQueuedDelivery(body)).toThrow(new MalformedInputError("MALFORMED_DELIVERY"));
  });

  it("cannot be forged by a publisher, since the bus wraps each detail in an envelope", () => {
    const forged = JSON.parse(
      encodeDelivery({ notification: entityUpdate(), to: { recipients: named(recipients(1)) }, attempt: 0 }),
    );
    const delivery = parseQueuedDelivery(JSON.stringify(entityUpdated({ ...DETAIL, ...forged })));
    expect(delivery).toEqual(freshDelivery(entityUpdate()));
  });
});
