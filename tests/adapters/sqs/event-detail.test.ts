import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseEntityUpdate, parseUserPush } from "../../../src/adapters/sqs/event-detail.ts";
import { MalformedInputError } from "../../../src/domain/errors.ts";
import { PUBLICATION, rawJson } from "../../support/notifications.ts";

const MALFORMED = new MalformedInputError("MALFORMED_DETAIL");

function members(count: number): Record<string, number> {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, index]));
}

const NO_DETAIL: readonly (readonly [string, unknown])[] = [
  ["attack:I1 detail missing", undefined],
  ["attack:I1 detail null", null],
  ["attack:I1 detail a string", '{"entityId":"e","userId":"u","message":"m"}'],
  ["attack:I1 detail an array", [{ entityId: "e", userId: "u", message: "m" }]],
  ["attack:I1 detail a number", 17],
  ["attack:I1 no members", {}],
  ["attack:I1 inherited members only", Object.create({ entityId: "e", userId: "u", message: "m" })],
  ["attack:I1 10,000 members", { entityId: "e", userId: "u", message: "m", ...members(10_000) }],
  ["attack:I1 message a number", { entityId: "e", userId: "u", message: 1 }],
  ["attack:I1 message null", { entityId: "e", userId: "u", message: null }],
  ["attack:I1 message an object", { entityId: "e", userId: "u", message: { text: "m" } }],
];

describe("an entity update", () => {
  it("has the members of its detail, and id and time from the bus", () => {
    expect(parseEntityUpdate({ entityId: "order-17", message: "shipped" }, PUBLICATION)).toEqual({
      kind: "entity-update",
      ...PUBLICATION,
      entityId: "order-17",
      message: "shipped",
    });
  });

  it("needs no message, as in the tutorial's contract", () => {
    const update = parseEntityUpdate({ entityId: "order-17" }, PUBLICATION);
    expect(update).not.toHaveProperty("message");
  });

  it("has the text of its data in place of the value", () => {
    const detail = { entityId: "order-17", data: 1 };
    expect(parseEntityUpdate(detail, PUBLICATION, rawJson("1.0"))).toMatchObject({ data: "1.0" });
  });

  it("ignores unknown members", () => {
    const update = parseEntityUpdate({ entityId: "order-17", message: "shipped", version: 3 }, PUBLICATION);
    expect(update).not.toHaveProperty("version");
  });

  it.each<readonly [string, unknown]>([
    ...NO_DETAIL,
    ["attack:I2 entity id a number", { entityId: 17, message: "m" }],
    ["attack:I2 entity id an object", { entityId: {}, message: "m" }],
    ["attack:I2 entity id blank", { entityId: " ", message: "m" }],
    ["attack:I2 entity id with a newline", { entityId: "order\n17", message: "m" }],
    ["attack:I2 entity id a lone surrogate", { entityId: "\ud800", message: "m" }],
    ["attack:I2 entity id of 2,048 bytes", { entityId: "x".repeat(2048), message: "m" }],
  ])("%s: refused", (_row, detail) => {
    expect(() => parseEntityUpdate(detail, PUBLICATION)).toThrow(MALFORMED);
  });
});

describe("a user push", () => {
  it("has the members of its detail, and id and time from the bus", () => {
    const detail = { userId: "ann", message: "done", callback: "https://example.com/jobs/1?x=%20#top" };
    expect(parseUserPush(detail, PUBLICATION)).toEqual({ kind: "user-push", ...PUBLICATION, ...detail });
  });

  it.each([null, false, 0, "", [], {}])("needs no message if its data is %j", (data) => {
    const push = parseUserPush({ userId: "ann", data }, PUBLICATION, rawJson(JSON.stringify(data)));
    expect(push).not.toHaveProperty("message");
    expect(push.data).toBe(JSON.stringify(data));
  });

  it("attack:I10 carries HTML and script as text", () => {
    const message = `<script>alert("1")</script>`;
    expect(parseUserPush({ userId: "ann", message }, PUBLICATION).message).toBe(message);
  });

  it.each<readonly [string, unknown]>([
    ...NO_DETAIL,
    ["neither message nor data", { userId: "ann" }],
    ["attack:I1 message null beside data", { userId: "ann", message: null, data: 1 }],
    ["attack:I2 user id a number", { userId: 1, message: "m" }],
    ["attack:I2 user id with the keys' separator", { userId: "ann#bob", message: "m" }],
    ["attack:I2 user id with a newline", { userId: "ann\n", message: "m" }],
    ["attack:I2 user id an array of one", { userId: ["ann"], message: "m" }],
    ["attack:I10 callback javascript:", { userId: "ann", message: "m", callback: "javascript:alert(1)" }],
    ["attack:I10 callback data:", { userId: "ann", message: "m", callback: "data:text/html,x" }],
    ["attack:I10 callback http:", { userId: "ann", message: "m", callback: "http://example.com" }],
    ["attack:I10 callback with a space in front", { userId: "ann", message: "m", callback: " https://example.com" }],
    ["attack:I10 callback with a newline", { userId: "ann", message: "m", callback: "https://example.com/\nx" }],
    ["attack:I10 callback with a quote", { userId: "ann", message: "m", callback: 'https://example.com/"onclick=' }],
    ["attack:I10 callback without a host", { userId: "ann", message: "m", callback: "https://" }],
    ["attack:I10 callback of 4 KB", { userId: "ann", message: "m", callback: `https://e.com/${"x".repeat(4096)}` }],
    ["callback a number", { userId: "ann", message: "m", callback: 1 }],
  ])("%s: refused", (_row, detail) => {
    expect(() => parseUserPush(detail, PUBLICATION)).toThrow(MALFORMED);
  });
});

describe("a replay", () => {
  it.each([
    ["by the publisher", { replay: true }, false, true],
    ["by the archive", {}, true, true],
    ["by neither", {}, false, false],
  ])("is asked for %s", (_who, more, byArchive, expected) => {
    const publication = { ...PUBLICATION, replay: byArchive };
    const update = parseEntityUpdate({ entityId: "e", ...more }, publication);
    const push = parseUserPush({ userId: "u", message: "m", ...more }, publication);
    expect([update.replay, push.replay]).toEqual([expected, expected]);
  });
});

it("a replay that is a truthy text is malformed", () => {
  expect(() => parseEntityUpdate({ entityId: "e", replay: "true" }, PUBLICATION)).toThrow(MALFORMED);
});

it("attack:I1 any JSON value is a notification or malformed", () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.constantFrom(parseEntityUpdate, parseUserPush), (detail, parse) => {
      try {
        return parse(detail, PUBLICATION).id === PUBLICATION.id;
      } catch (thrown) {
        return thrown instanceof MalformedInputError;
      }
    }),
  );
});
