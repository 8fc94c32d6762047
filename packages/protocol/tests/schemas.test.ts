import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isCallback, isCorrelationId, isEntityId, USER_ID } from "../src/index.ts";
import {
  entityUpdatedDetailSchema,
  jsonSchemaOf,
  sendUserPushDetailSchema,
  serverFrameSchemas,
  subscribeFrameSchema,
  unsubscribeFrameSchema,
  validate,
} from "../src/schemas.ts";

const text = fc.oneof(
  fc.string({ unit: "binary", maxLength: 300 }),
  fc.string({ unit: fc.constantFrom("a", " ", "#", "é", "€", "\u{1f600}", "\n", "\ud800", "\u2028"), maxLength: 300 }),
  fc.webUrl({ validSchemes: ["https", "http"] }),
);

describe("a schema accepts exactly the texts that the contract's predicates accept,", () => {
  it("in a client's frame", () => {
    fc.assert(
      fc.property(text, text, (entityId, id) => {
        const fits = isEntityId(entityId) && isCorrelationId(id);
        const frames = [
          validate(subscribeFrameSchema, { action: "subscribe", entityId, id }),
          validate(unsubscribeFrameSchema, { action: "unsubscribe", entityId, id }),
        ];
        expect(frames.map(({ kind }) => kind === "valid")).toEqual([fits, fits]);
      }),
    );
  });

  it("in the detail of an event", () => {
    fc.assert(
      fc.property(text, text, (id, callback) => {
        const update = validate(entityUpdatedDetailSchema, { entityId: id });
        const push = validate(sendUserPushDetailSchema, { userId: id, message: "", callback });
        expect(update.kind === "valid").toBe(isEntityId(id));
        expect(push.kind === "valid").toBe(USER_ID.test(id) && isCallback(callback));
      }),
    );
  });
});

describe("a user push", () => {
  const frame = { type: "User Push Notification", id: "e", time: "2026-11-22T12:00:00Z" };

  it.each([
    ["a message", { message: "" }, "valid"],
    ["data, whatever it is", { data: null }, "valid"],
    ["both", { message: "", data: [1] }, "valid"],
    ["neither", {}, "malformed"],
  ])("with %s is right or wrong, as event and as frame", (_what, content, kind) => {
    expect(validate(sendUserPushDetailSchema, { userId: "ann", ...content }).kind).toBe(kind);
    expect(validate(serverFrameSchemas.userPush, { ...frame, ...content }).kind).toBe(kind);
  });

  it("needs one of both in JSON Schema too", () => {
    const anyOf = [{ required: ["message"] }, { required: ["data"] }];
    for (const schema of [sendUserPushDetailSchema, serverFrameSchemas.userPush]) {
      expect(jsonSchemaOf(schema)).toMatchObject({ type: "object", anyOf });
    }
  });
});

describe("a malformed message", () => {
  it.each<[string, unknown, object]>([
    ["no object", "subscribe", {}],
    ["another action", { action: "unsubscribe", entityId: "e" }, { member: "action" }],
    ["no entity id", { action: "subscribe" }, { member: "entityId" }],
    ["two members at fault", { action: "subscribe", entityId: "", id: 1 }, { member: "entityId" }],
    ["a member that the schema does not have", { action: "subscribe", entityId: "e", "<script>": 1 }, {}],
  ])("%s: names the wrong member by the schema's name, and repeats no sent text", (_what, frame, member) => {
    expect(validate(subscribeFrameSchema, frame)).toEqual({ kind: "malformed", ...member });
  });

  it("is a client's frame with an unknown member, but not an event's detail with one", () => {
    const detail = { entityId: "e", version: 3 };
    expect(validate(subscribeFrameSchema, { action: "subscribe", ...detail }).kind).toBe("malformed");
    expect(validate(entityUpdatedDetailSchema, detail)).toEqual({ kind: "valid", value: { entityId: "e" } });
  });
});
