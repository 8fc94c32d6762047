import { describe, expect, it } from "vitest";
import {
  ERROR_EXPLANATIONS,
  type ErrorCode,
  entityUpdatedFrame,
  errorFrame,
  malformedMemberFrame,
  PONG_TEXT,
  type PongFrame,
  type PushFrame,
  pingFrame,
  type ServerFrame,
  subscribedFrame,
  subscribeFrame,
  unsubscribedFrame,
  unsubscribeFrame,
  userPushFrame,
} from "../src/index.ts";
import {
  pingFrameSchema,
  serverFrameSchemas,
  subscribeFrameSchema,
  unsubscribeFrameSchema,
  validate,
} from "../src/schemas.ts";

const REFERENCE = { requestId: "PJqCOG4zqRcFcPw=", id: "3" };
const EVENT = { id: "7f1c4f8e-2f0f-4a3b-9d8e-0a4f7a5b6c1d", time: "2026-11-22T12:00:00Z" };

/** The bytes on the wire: names, their order, and no member without a value. */
const SERVER_FRAMES: readonly (readonly [keyof typeof serverFrameSchemas, ServerFrame, string])[] = [
  ["subscribed", subscribedFrame({ entityId: "e", id: "1" }), '{"type":"subscribed","entityId":"e","id":"1"}'],
  ["subscribed", subscribedFrame({ entityId: "e" }), '{"type":"subscribed","entityId":"e"}'],
  ["unsubscribed", unsubscribedFrame({ entityId: "e", id: "1" }), '{"type":"unsubscribed","entityId":"e","id":"1"}'],
  ["unsubscribed", unsubscribedFrame({ entityId: "e" }), '{"type":"unsubscribed","entityId":"e"}'],
  [
    "error",
    errorFrame("LIMIT", REFERENCE),
    `{"type":"error","code":"LIMIT","message":"${ERROR_EXPLANATIONS.LIMIT}","requestId":"PJqCOG4zqRcFcPw=","id":"3"}`,
  ],
  [
    "error",
    malformedMemberFrame("entityId", { requestId: "r" }),
    '{"type":"error","code":"BAD_REQUEST","message":"The member entityId is missing or malformed.",' +
      '"member":"entityId","requestId":"r"}',
  ],
  [
    "entityUpdated",
    entityUpdatedFrame({ ...EVENT, entityId: "order-17", message: "shipped" }),
    '{"type":"Entity Updated","entityId":"order-17","message":"shipped",' +
      '"id":"7f1c4f8e-2f0f-4a3b-9d8e-0a4f7a5b6c1d","time":"2026-11-22T12:00:00Z"}',
  ],
  [
    "entityUpdated",
    entityUpdatedFrame({ ...EVENT, entityId: "order-17" }),
    '{"type":"Entity Updated","entityId":"order-17",' +
      '"id":"7f1c4f8e-2f0f-4a3b-9d8e-0a4f7a5b6c1d","time":"2026-11-22T12:00:00Z"}',
  ],
  [
    "entityUpdated",
    entityUpdatedFrame({ ...EVENT, entityId: "order-17", message: "shipped", data: { parcels: 2 } }),
    '{"type":"Entity Updated","entityId":"order-17","message":"shipped","data":{"parcels":2},' +
      '"id":"7f1c4f8e-2f0f-4a3b-9d8e-0a4f7a5b6c1d","time":"2026-11-22T12:00:00Z"}',
  ],
  [
    "userPush",
    userPushFrame({ ...EVENT, message: "done", data: [], callback: "https://example.com" }),
    '{"type":"User Push Notification","message":"done","data":[],"callback":"https://example.com",' +
      '"id":"7f1c4f8e-2f0f-4a3b-9d8e-0a4f7a5b6c1d","time":"2026-11-22T12:00:00Z"}',
  ],
  [
    "userPush",
    userPushFrame({ ...EVENT, data: null }),
    '{"type":"User Push Notification","data":null,' +
      '"id":"7f1c4f8e-2f0f-4a3b-9d8e-0a4f7a5b6c1d","time":"2026-11-22T12:00:00Z"}',
  ],
  [
    "userPush",
    userPushFrame({ ...EVENT, message: "done", callback: "https://example.com" }),
    '{"type":"User Push Notification","message":"done","callback":"https://example.com",' +
      '"id":"7f1c4f8e-2f0f-4a3b-9d8e-0a4f7a5b6c1d","time":"2026-11-22T12:00:00Z"}',
  ],
  [
    "userPush",
    userPushFrame({ ...EVENT, message: "done" }),
    '{"type":"User Push Notification","message":"done",' +
      '"id":"7f1c4f8e-2f0f-4a3b-9d8e-0a4f7a5b6c1d","time":"2026-11-22T12:00:00Z"}',
  ],
];

describe("a builder", () => {
  it.each(SERVER_FRAMES)("of %s makes the frame of the contract, which its schema accepts", (name, frame, text) => {
    expect(JSON.stringify(frame)).toBe(text);
    expect(validate(serverFrameSchemas[name], frame)).toEqual({ kind: "valid", value: frame });
  });

  it("of a client's frame makes what the route's schema accepts", () => {
    const [subscribe, unsubscribe] = [subscribeFrame({ entityId: "e", id: "1" }), unsubscribeFrame({ entityId: "e" })];
    expect([subscribe, unsubscribe].map((frame) => JSON.stringify(frame))).toEqual([
      '{"action":"subscribe","entityId":"e","id":"1"}',
      '{"action":"unsubscribe","entityId":"e"}',
    ]);
    expect(validate(subscribeFrameSchema, subscribe)).toEqual({ kind: "valid", value: subscribe });
    expect(validate(unsubscribeFrameSchema, unsubscribe)).toEqual({ kind: "valid", value: unsubscribe });
  });

  it("uses only the members of a notification that the frame has", () => {
    const notification = { ...EVENT, entityId: "e", replay: true, publishedAt: 1 };
    const frame: PushFrame = entityUpdatedFrame(notification);
    expect(Object.keys(frame)).toEqual(["type", "entityId", "id", "time"]);
  });
});

it.each(Object.keys(ERROR_EXPLANATIONS) as ErrorCode[])("the schema of an error frame knows %s", (code) => {
  expect(validate(serverFrameSchemas.error, errorFrame(code, REFERENCE)).kind).toBe("valid");
});

it("the text of a pong is that of its frame, which its schema accepts", () => {
  const pong: PongFrame = { type: "pong" };
  expect(PONG_TEXT).toBe(JSON.stringify(pong));
  expect(validate(serverFrameSchemas.pong, JSON.parse(PONG_TEXT))).toEqual({ kind: "valid", value: pong });
});

it("a ping may have members of all kinds, since no code of the service sees it", () => {
  expect(JSON.stringify(pingFrame())).toBe('{"action":"ping"}');
  for (const members of [{}, { id: "7" }, { id: 7, anything: [null] }]) {
    expect(validate(pingFrameSchema, { ...pingFrame(), ...members }).kind).toBe("valid");
  }
  expect(validate(pingFrameSchema, { action: "Ping" }).kind).toBe("malformed");
});

it("a server's frame of a later version, with one more member, is still valid", () => {
  const frame = { ...subscribedFrame({ entityId: "e" }), seq: 4 };
  expect(validate(serverFrameSchemas.subscribed, frame)).toEqual({ kind: "valid", value: frame });
});
