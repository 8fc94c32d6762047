import { describe, expect, it } from "vitest";
import {
  authenticatedFrame,
  authenticateFrame,
  disconnectFrame,
  type EntityResult,
  ERRORS,
  type ErrorCode,
  endedFrame,
  entityUpdatedFrame,
  errorFrame,
  malformedMemberFrame,
  PONG_TEXT,
  type PongFrame,
  type PushFrame,
  pingFrame,
  resumedFrame,
  resumeFrame,
  type ServerFrame,
  subscribedFrame,
  subscribedManyFrame,
  subscribeFrame,
  subscribeManyFrame,
  unsubscribedFrame,
  unsubscribedManyFrame,
  unsubscribeFrame,
  unsubscribeManyFrame,
  userPushFrame,
} from "../src/index.ts";
import {
  authenticateFrameSchema,
  pingFrameSchema,
  resumeFrameSchema,
  serverFrameSchemas,
  subscribeFrameSchema,
  subscribeManyFrameSchema,
  unsubscribeFrameSchema,
  unsubscribeManyFrameSchema,
  validate,
} from "../src/schemas.ts";

const REFERENCE = { requestId: "PJqCOG4zqRcFcPw=", id: "3" };
const EVENT = { id: "7f1c4f8e-2f0f-4a3b-9d8e-0a4f7a5b6c1d", time: "2026-11-22T12:00:00Z" };

const LIMITS = { entities: 100, entitiesPerFrame: 250, frameBytes: 32_768, pingAfter: 240 };

/** In another order of members than the frame has. */
const RESULTS: readonly EntityResult[] = [
  { entityId: "e" },
  { decision: "d-1", code: "FORBIDDEN", entityId: "f" },
  { code: "LIMIT", entityId: "g" },
];
const RESULTS_TEXT =
  '"results":[{"entityId":"e"},{"entityId":"f","code":"FORBIDDEN","decision":"d-1"},{"entityId":"g","code":"LIMIT"}]';

/** The bytes on the wire: names, their order, and no member without a value. */
const SERVER_FRAMES: readonly (readonly [keyof typeof serverFrameSchemas, ServerFrame, string])[] = [
  ["subscribed", subscribedFrame({ entityId: "e", id: "1" }), '{"type":"subscribed","entityId":"e","id":"1"}'],
  ["subscribed", subscribedFrame({ entityId: "e" }), '{"type":"subscribed","entityId":"e"}'],
  ["unsubscribed", unsubscribedFrame({ entityId: "e", id: "1" }), '{"type":"unsubscribed","entityId":"e","id":"1"}'],
  ["unsubscribed", unsubscribedFrame({ entityId: "e" }), '{"type":"unsubscribed","entityId":"e"}'],
  [
    "error",
    errorFrame("LIMIT", REFERENCE),
    `{"type":"error","code":"LIMIT","message":"${ERRORS.LIMIT.message}","retryable":false,` +
      '"requestId":"PJqCOG4zqRcFcPw=","id":"3"}',
  ],
  [
    "error",
    malformedMemberFrame("entityId", { requestId: "r" }),
    '{"type":"error","code":"BAD_REQUEST","message":"The member entityId is missing or malformed. Correct it.",' +
      '"retryable":false,"requestId":"r","member":"entityId"}',
  ],
  [
    "error",
    errorFrame("FORBIDDEN", REFERENCE, { entityId: "e", decision: "d-1" }),
    `{"type":"error","code":"FORBIDDEN","message":"${ERRORS.FORBIDDEN.message}","retryable":false,` +
      '"requestId":"PJqCOG4zqRcFcPw=","id":"3","entityId":"e","decision":"d-1"}',
  ],
  [
    "subscribedMany",
    subscribedManyFrame({ results: RESULTS, id: "1" }),
    `{"type":"subscribed",${RESULTS_TEXT},"id":"1"}`,
  ],
  ["subscribedMany", subscribedManyFrame({ results: [] }), '{"type":"subscribed","results":[]}'],
  ["unsubscribedMany", unsubscribedManyFrame({ results: RESULTS }), `{"type":"unsubscribed",${RESULTS_TEXT}}`],
  [
    "ended",
    endedFrame([{ entityId: "e", code: "FORBIDDEN", decision: "d-1", seq: 4 }]),
    '{"type":"unsubscribed","entityId":"e","code":"FORBIDDEN","decision":"d-1","seq":4}',
  ],
  [
    "ended",
    endedFrame([{ entityId: "e", code: "FORBIDDEN", decision: "d-1" }]),
    '{"type":"unsubscribed","entityId":"e","code":"FORBIDDEN","decision":"d-1"}',
  ],
  [
    "endedMany",
    endedFrame([
      { entityId: "e", code: "FORBIDDEN", decision: "d-1", seq: 4 },
      { entityId: "f", code: "FORBIDDEN", decision: "d-2", seq: 4 },
    ]),
    '{"type":"unsubscribed","results":[{"entityId":"e","code":"FORBIDDEN","decision":"d-1","seq":4},' +
      '{"entityId":"f","code":"FORBIDDEN","decision":"d-2","seq":4}]}',
  ],
  [
    "resumed",
    resumedFrame({
      ...{ id: "1", results: RESULTS, limits: LIMITS, closesAt: 3, expiresAt: 2, now: 1 },
      ...{ userId: "ann", connectionId: "gbgHYy9RVQAYKEj2kA==" },
    }),
    '{"type":"resumed","protocol":2,"connectionId":"gbgHYy9RVQAYKEj2kA==","userId":"ann","now":1,"expiresAt":2,' +
      `"closesAt":3,"limits":{"entities":100,"entitiesPerFrame":250,"frameBytes":32768,"pingAfter":240},${RESULTS_TEXT},"id":"1"}`,
  ],
  [
    "authenticated",
    authenticatedFrame({ id: "1", expiresAt: 2, now: 1 }),
    '{"type":"authenticated","now":1,"expiresAt":2,"id":"1"}',
  ],
  [
    "disconnect",
    disconnectFrame({ reconnect: true, code: "TOKEN_REVOKED", reason: "stolen", retryWithin: 2 }),
    '{"type":"disconnect","code":"TOKEN_REVOKED","reconnect":true,"retryWithin":2,"reason":"stolen"}',
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

  it("of a client's frame about several entities makes what the route's schema accepts", () => {
    const entityIds = ["e", "f"];
    const frames = [
      [subscribeManyFrameSchema, subscribeManyFrame({ entityIds, id: "1", seq: 2 })],
      [unsubscribeManyFrameSchema, unsubscribeManyFrame({ entityIds })],
      [resumeFrameSchema, resumeFrame({ entityIds, id: "1", seq: 1, client: "portcullis-js/1.2.0" })],
      [authenticateFrameSchema, authenticateFrame({ token: "a.b.c", id: "1", seq: 3 })],
    ] as const;
    expect(frames.map(([, frame]) => JSON.stringify(frame))).toEqual([
      '{"action":"subscribe","entityIds":["e","f"],"id":"1","seq":2}',
      '{"action":"unsubscribe","entityIds":["e","f"]}',
      '{"action":"resume","entityIds":["e","f"],"id":"1","seq":1,"client":"portcullis-js/1.2.0"}',
      '{"action":"authenticate","token":"a.b.c","id":"1","seq":3}',
    ]);
    for (const [schema, frame] of frames) expect(validate(schema, frame)).toEqual({ kind: "valid", value: frame });
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

it.each(Object.keys(ERRORS) as ErrorCode[])("the schema of an error frame knows %s", (code) => {
  expect(validate(serverFrameSchemas.error, errorFrame(code, REFERENCE)).kind).toBe("valid");
});

it.each(Object.entries(ERRORS))("%s explains itself to a person, briefly", (_code, { message, retryable }) => {
  expect(message.length).toBeLessThanOrEqual(160);
  expect(message).toMatch(/^[A-Z].*[.]$/);
  expect(retryable).toBeTypeOf("boolean");
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
