import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  CLIENT_NAME,
  isCallback,
  isCorrelationId,
  isEntityId,
  isEntityPattern,
  isReason,
  MAX_CLIENT_NAME_BYTES,
  MAX_ENTITIES_PER_FRAME,
  USER_ID,
} from "../src/index.ts";
import {
  authenticateFrameSchema,
  entityUpdatedDetailSchema,
  grantAccessDetailSchema,
  jsonSchemaOf,
  resumeFrameSchema,
  sendUserPushDetailSchema,
  serverFrameSchemas,
  subscribeFrameSchema,
  subscribeManyFrameSchema,
  unsubscribeFrameSchema,
  unsubscribeManyFrameSchema,
  validate,
  withdrawAccessDetailSchema,
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

  it("in a resume", () => {
    fc.assert(
      fc.property(text, text, (id, client) => {
        const { kind } = validate(resumeFrameSchema, { action: "resume", entityIds: [], id, client });
        expect(kind === "valid").toBe(isCorrelationId(id) && CLIENT_NAME.test(client));
      }),
    );
  });

  it("in the detail of an administrator's event", () => {
    const pattern = fc.oneof(
      text,
      fc.constantFrom("order-*", "*", "**", "a*b", "subscribe:order-1", "publish:*", "x:1"),
    );
    fc.assert(
      fc.property(fc.oneof(text, fc.constantFrom("ann", "auth0|17")), pattern, text, (userId, asked, reason) => {
        const fits = USER_ID.test(userId) && isEntityPattern(asked) && isReason(reason);
        const details = [grantAccessDetailSchema, withdrawAccessDetailSchema].map((schema) =>
          validate(schema, { userId, pattern: asked, reason }),
        );
        expect(details.map(({ kind }) => kind === "valid")).toEqual([fits, fits]);
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

describe("a frame about several entities", () => {
  const MANY = [
    ["subscribe", subscribeManyFrameSchema],
    ["unsubscribe", unsubscribeManyFrameSchema],
    ["resume", resumeFrameSchema],
  ] as const;

  it.each(MANY)(
    "%s leaves it to the service to judge each name: a malformed one is no malformed frame",
    (action, schema) => {
      for (const entityIds of [[], [""], ["\ud800", "a\u0000"], ["x".repeat(10_000)]]) {
        expect(validate(schema, { action, entityIds, id: "1" }).kind).toBe("valid");
      }
    },
  );

  it.each(MANY)("%s has so many names at most", (action, schema) => {
    const names = (count: number) => Array.from({ length: count }, () => "e");
    const frame = { action, id: "1", entityIds: names(MAX_ENTITIES_PER_FRAME) };
    expect(validate(schema, frame).kind).toBe("valid");
    expect(validate(schema, { ...frame, entityIds: names(MAX_ENTITIES_PER_FRAME + 1) })).toEqual({
      kind: "malformed",
      member: "entityIds",
    });
  });

  it("may have members of later versions only in a resume", () => {
    const more = { entityIds: [], id: "1", positions: {} };
    expect(MANY.map(([action, schema]) => validate(schema, { action, ...more }).kind)).toEqual([
      "malformed",
      "malformed",
      "valid",
    ]);
  });

  it("needs an id only as the hello, which waits for its answer", () => {
    expect(MANY.map(([action, schema]) => validate(schema, { action, entityIds: [] }).kind)).toEqual([
      "valid",
      "valid",
      "malformed",
    ]);
  });
});

describe("a seq", () => {
  const frames = [
    [subscribeFrameSchema, { action: "subscribe", entityId: "e" }],
    [subscribeManyFrameSchema, { action: "subscribe", entityIds: [] }],
    [unsubscribeFrameSchema, { action: "unsubscribe", entityId: "e" }],
    [unsubscribeManyFrameSchema, { action: "unsubscribe", entityIds: [] }],
    [resumeFrameSchema, { action: "resume", entityIds: [], id: "1" }],
    [authenticateFrameSchema, { action: "authenticate", token: "a.b.c", id: "1" }],
  ] as const;

  it.each([
    [1, "valid"],
    [2 ** 53 - 1, "valid"],
    [0, "malformed"],
    [-1, "malformed"],
    [1.5, "malformed"],
    [2 ** 53, "malformed"],
    ["1", "malformed"],
    [null, "malformed"],
  ])("that is %j is right or wrong in every request that is ordered", (seq, kind) => {
    for (const [schema, frame] of frames) expect(validate(schema, { ...frame, seq }).kind).toBe(kind);
  });
});

describe("the name of a client's software", () => {
  it("has so many characters at most, all of them printable, and no blank around it", () => {
    expect("x".repeat(MAX_CLIENT_NAME_BYTES)).toMatch(CLIENT_NAME);
    for (const name of ["x".repeat(MAX_CLIENT_NAME_BYTES + 1), "", " ", " x", "x ", "x\n", "\u007f", "caf\u00e9"]) {
      expect(name).not.toMatch(CLIENT_NAME);
    }
  });
});
