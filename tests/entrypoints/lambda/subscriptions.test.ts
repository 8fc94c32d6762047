import { MAX_PUSH_BYTES } from "@portcullis/protocol";
import { beforeEach, describe, expect, it } from "vitest";
import { leaksIn, plantedTexts } from "../../../packages/emulator/tests/support/planted-texts.ts";
import { PinoLogger } from "../../../src/adapters/pino/pino-logger.ts";
import { DependencyUnavailableError } from "../../../src/application/errors.ts";
import type { AccessPolicy } from "../../../src/application/ports/access-policy.ts";
import { type Grants, parseGrant } from "../../../src/domain/grants/grant.ts";
import { subscribeHandler } from "../../../src/entrypoints/lambda/handlers/subscribe.ts";
import { AUTHORIZER_CONTEXT, CONNECTED_AT, messageEvent } from "../../support/gateway-events.ts";
import { goodToken, SECRET_TEXT } from "../../support/good-token.ts";
import { lambdaContext } from "../../support/lambda-context.ts";
import { subscribingHandlers } from "../../support/subscribing-handlers.ts";

const LIMIT = 3;
const REQUEST_ID = "PJqCOG4zqRcFcPw=";
const ANOTHER_CONNECTION = { connectionId: "AAAAAAAAAAAAAAA=" };

const MESSAGES = {
  FORBIDDEN: "You have no permission to follow this entity. Ask for it, and quote the decision.",
  LIMIT: "This connection has as many subscriptions as it may. Unsubscribe from an entity first.",
  STALE: "A later request of this connection was handled before. Nothing is to be done.",
  INTERNAL: "The service failed. Nothing is half done: send the message again.",
  NOT_CONNECTED: "This connection has ended. Connect again.",
};

function grantsOf(...texts: readonly string[]): Grants {
  return texts.flatMap((text) => parseGrant(text) ?? []);
}

let all: ReturnType<typeof subscribingHandlers>;

beforeEach(async () => {
  all = subscribingHandlers({ limit: LIMIT });
  await all.connect();
});

describe("subscribe", () => {
  it("stores all that a fan-out needs, and responds with the client's own id", async () => {
    expect(await all.subscribe("order-17", { id: "7" })).toEqual({ type: "subscribed", entityId: "order-17", id: "7" });
    expect(await all.subscribersOf("order-17")).toEqual([
      {
        entityId: "order-17",
        connectionId: "gbgHYy9RVQAYKEj2kA==",
        userId: "ann",
        connectedAt: CONNECTED_AT,
        expiresAt: CONNECTED_AT / 1000 + 3600,
      },
    ]);
  });

  it("is idempotent", async () => {
    for (let round = 0; round < 3; round += 1) {
      expect(await all.subscribe("order-17")).toEqual({ type: "subscribed", entityId: "order-17" });
    }
    expect(await all.subscribersOf("order-17")).toHaveLength(1);
  });

  it.each(["*", "order/*", "__proto__", "USER#ann", "[a-z]+", "ünïcode"])(
    "attack:H5 attack:E13 takes %j literally",
    async (entityId) => {
      expect(await all.subscribe(entityId)).toEqual({ type: "subscribed", entityId });
      expect(await all.subscribersOf(entityId)).toHaveLength(1);
      expect(await all.subscribersOf("order-17")).toEqual([]);
    },
  );

  it("attack:H5 allows no other entity by a wildcard in its id", async () => {
    const own = subscribingHandlers({ defaultGrants: [] });
    await own.connect(grantsOf("subscribe:order-17"));
    for (const name of ["*", "order-*", "order-17*", "order-1?", "order-.*"]) {
      expect(await own.subscribe(name)).toMatchObject({ code: "FORBIDDEN", entityId: name });
    }
  });

  it("attack:H6 stops at the limit, except for a repeated subscribe", async () => {
    for (const entityId of ["1", "2", "3", "3"]) await all.subscribe(entityId);
    expect(await all.subscribe("4", { id: "7" })).toMatchObject({ type: "error", code: "LIMIT", id: "7" });
    expect(await all.subscribersOf("4")).toEqual([]);
    await all.unsubscribe("1");
    expect(await all.subscribe("4")).toMatchObject({ type: "subscribed" });
  });

  it("attack:H7 tells a connection without a record that it has ended", async () => {
    const answer = await all.subscribe("order-17", { id: "7" }, ANOTHER_CONNECTION);
    expect(answer).toMatchObject({ type: "error", code: "NOT_CONNECTED", id: "7" });
    expect(await all.subscribersOf("order-17")).toEqual([]);
  });

  it("attack:H8 refuses another user's request for a connection", async () => {
    const answer = await all.subscribe("order-17", {}, { authorizer: { ...AUTHORIZER_CONTEXT, userId: "eve" } });
    expect(answer).toMatchObject({ type: "error", code: "NOT_CONNECTED" });
  });

  it("attack:H8 reads no grant from the event of a message: the record has those of the token", async () => {
    const own = subscribingHandlers({ defaultGrants: [] });
    await own.connect();
    const authorizer = { ...AUTHORIZER_CONTEXT, grants: '["subscribe:*"]' };
    expect(await own.subscribe("order-17", {}, { authorizer })).toMatchObject({ code: "FORBIDDEN" });
    expect(await own.subscribersOf("order-17")).toEqual([]);
  });

  it("responds INTERNAL, and nothing else, when the store cannot be reached", async () => {
    const outage = () => Promise.reject(new DependencyUnavailableError("SUBSCRIPTION_STORE"));
    const answer = await subscribeHandler({ subscribe: outage, logger: all.logger })(
      messageEvent('{"action":"subscribe","entityId":"canary-7f3a","id":"7"}'),
      lambdaContext(),
    );
    expect(JSON.parse(answer.body ?? "")).toMatchObject({ type: "error", code: "INTERNAL", id: "7" });
    expect(JSON.stringify([answer, all.logger.entries])).not.toContain("canary");
  });
});

describe("the bytes of an answer about one entity", () => {
  /** What stands between the code and the members of the request. */
  const about = (code: keyof typeof MESSAGES, retryable: boolean) =>
    `{"type":"error","code":"${code}","message":"${MESSAGES[code]}","retryable":${retryable},"requestId":"${REQUEST_ID}"`;

  it("are the tutorial's, where the request is the tutorial's", async () => {
    const text = await all.textOf("subscribe", '{"action":"subscribe","entityId":"e"}');
    expect(text).toBe('{"type":"subscribed","entityId":"e"}');
    expect(await all.textOf("unsubscribe", '{"action":"unsubscribe","entityId":"e"}')).toBe(
      '{"type":"unsubscribed","entityId":"e"}',
    );
  });

  it("name the entity and the decision of a denial", async () => {
    const own = subscribingHandlers({ defaultGrants: [] });
    await own.connect();
    expect(await own.textOf("subscribe", '{"action":"subscribe","entityId":"e","id":"7"}')).toBe(
      `${about("FORBIDDEN", false)},"id":"7","entityId":"e","decision":"decision-1"}`,
    );
    expect(await own.textOf("subscribe", '{"action":"subscribe","entityId":"e"}')).toBe(
      `${about("FORBIDDEN", false)},"entityId":"e","decision":"decision-2"}`,
    );
  });

  it("name the entity that the limit refuses", async () => {
    for (const entityId of ["1", "2", "3"]) await all.subscribe(entityId);
    expect(await all.textOf("subscribe", '{"action":"subscribe","entityId":"e","id":"7"}')).toBe(
      `${about("LIMIT", false)},"id":"7","entityId":"e"}`,
    );
  });

  it.each(["subscribe", "unsubscribe"] as const)("%s: tell a stale request and an ended connection", async (action) => {
    await all.subscribe("e", { seq: 3 });
    expect(await all.textOf(action, `{"action":"${action}","entityId":"e","id":"7","seq":3}`)).toBe(
      `${about("STALE", false)},"id":"7"}`,
    );
    all.clock.advance(7200);
    const authorizer = { ...AUTHORIZER_CONTEXT, userId: "eve" };
    expect(await all.textOf(action, `{"action":"${action}","entityId":"e","id":"7"}`, { authorizer })).toBe(
      `${about("NOT_CONNECTED", true)},"id":"7"}`,
    );
  });

  it("say that the service failed about the entity", async () => {
    const policy: AccessPolicy = { decide: async (_requester, entityIds) => entityIds.map(() => undefined) };
    const own = subscribingHandlers({ policy });
    await own.connect();
    expect(await own.textOf("subscribe", '{"action":"subscribe","entityId":"e","id":"7"}')).toBe(
      `${about("INTERNAL", true)},"id":"7","entityId":"e"}`,
    );
  });
});

describe("subscribe and unsubscribe of many", () => {
  const send = (action: "subscribe" | "unsubscribe", entityIds: unknown, more = {}) =>
    all.send(action, { entityIds, ...more });

  it("answer with one result for each name, in their order, also if it is only one", async () => {
    expect(await send("subscribe", ["e"], { id: "7" })).toEqual({
      type: "subscribed",
      results: [{ entityId: "e" }],
      id: "7",
    });
    expect(await send("unsubscribe", ["e", "f"])).toEqual({
      type: "unsubscribed",
      results: [{ entityId: "e" }, { entityId: "f" }],
    });
    expect(await send("subscribe", [])).toEqual({ type: "subscribed", results: [] });
  });

  it("each name decides for itself alone: malformed, denied, too many, repeated", async () => {
    const own = subscribingHandlers({ defaultGrants: grantsOf("subscribe:order-*"), limit: 2 });
    await own.connect();
    const text = await own.textOf(
      "subscribe",
      '{"action":"subscribe","entityIds":["secret","order-1","","order-2","order-1","order-3","line\\nbreak"],"id":"7"}',
    );
    expect(text).toBe(
      '{"type":"subscribed","results":[' +
        '{"entityId":"secret","code":"FORBIDDEN","decision":"decision-1"},{"entityId":"order-1"},' +
        '{"entityId":"","code":"BAD_REQUEST"},{"entityId":"order-2"},{"entityId":"order-1"},' +
        '{"entityId":"order-3","code":"LIMIT"},{"entityId":"line\\nbreak","code":"BAD_REQUEST"}],"id":"7"}',
    );
    expect(await own.subscribersOf("order-2")).toHaveLength(1);
    expect(await own.subscribersOf("order-3")).toEqual([]);
  });

  it.each([
    ["no list", "order-17"],
    ["a list with a number", ["order-17", 17]],
    ["a list with nothing", ["order-17", null]],
    ["an object", { 0: "order-17", length: 1 }],
    ["251 names", Array.from({ length: 251 }, () => "order-17")],
  ])("attack:E10 attack:H6 refuse %s as a whole, naming the member", async (_title, entityIds) => {
    for (const action of ["subscribe", "unsubscribe"] as const) {
      expect(await send(action, entityIds, { id: "7" })).toMatchObject({
        code: "BAD_REQUEST",
        member: "entityIds",
        id: "7",
      });
    }
    expect(await all.subscribersOf("order-17")).toEqual([]);
  });

  it("take 250 names, repeated ones among them", async () => {
    const { results } = await send(
      "subscribe",
      Array.from({ length: 250 }, (_, index) => `order-${index % 3}`),
    );
    expect(results).toHaveLength(250);
    expect(results.filter(({ code }: { code?: string }) => code !== undefined)).toEqual([]);
  });

  it("attack:G3 refuse a list beside one name", async () => {
    const frame = { entityId: "order-17", entityIds: ["order-17"] };
    expect(await all.send("subscribe", frame)).toMatchObject({ code: "BAD_REQUEST" });
    expect(await all.subscribersOf("order-17")).toEqual([]);
  });

  it("of the largest frame gets a response that the gateway can carry, whatever is refused of it", async () => {
    const own = subscribingHandlers({ defaultGrants: [] });
    await own.connect();
    const name = "€".repeat(37);
    const entityIds = Array.from({ length: 250 }, (_, index) => `${name}-${index}`);
    const frame = JSON.stringify({ action: "subscribe", entityIds, id: "i".repeat(128) });
    expect(Buffer.byteLength(frame)).toBeGreaterThan(28 * 1024);
    expect(Buffer.byteLength(frame)).toBeLessThanOrEqual(32 * 1024);

    const text = await own.textOf("subscribe", frame);

    expect(JSON.parse(text).results).toHaveLength(250);
    expect(Buffer.byteLength(text)).toBeLessThan(MAX_PUSH_BYTES / 2);
    const entries = own.logger.entries.filter(({ denials }) => denials !== undefined);
    expect(entries.map(({ denials }) => denials?.length)).toEqual([250]);
  });
});

describe("the policy that follows grants", () => {
  it("attack:H1 allows nothing that is not granted, and leaves no record of it", async () => {
    const own = subscribingHandlers({ defaultGrants: [] });
    await own.connect();
    expect(await own.subscribe("order-17")).toMatchObject({ code: "FORBIDDEN" });
    expect(await own.subscribersOf("order-17")).toEqual([]);
  });

  it("decides by what the handshake's token grants; a denial is in the entry that its decision names", async () => {
    const own = subscribingHandlers({ defaultGrants: [] });
    await own.connect(grantsOf("subscribe:order-17", "subscribe:news-*"));

    expect(await own.subscribe("order-17", { id: "7" })).toMatchObject({ type: "subscribed" });
    expect(own.logger.entries.at(-1)).not.toHaveProperty("decision");
    const { decision } = await own.subscribe("order-18", { id: "8" });

    expect(own.logger.entries.at(-1)).toMatchObject({
      message: "invocation",
      function: "Subscribe",
      outcome: "denied",
      userId: "ann",
      connectionId: "gbgHYy9RVQAYKEj2kA==",
      gatewayRequestId: REQUEST_ID,
      decision,
      denials: ["NOT_GRANTED subscribe:order-18 closest subscribe:order-17"],
    });
  });

  it("has all denials of a request under one id, in one entry", async () => {
    const own = subscribingHandlers({ defaultGrants: [] });
    await own.connect(grantsOf("subscribe:order-17"));
    const { results } = await own.send("subscribe", { entityIds: ["secret", "order-17", "order-18"] });
    expect(results.map(({ decision }: { decision?: string }) => decision)).toEqual([
      "decision-1",
      undefined,
      "decision-1",
    ]);
    expect(own.logger.entries.filter(({ decision }) => decision === "decision-1")).toMatchObject([
      {
        outcome: "answered",
        entities: 3,
        denials: ["NOT_GRANTED subscribe:secret", "NOT_GRANTED subscribe:order-18 closest subscribe:order-17"],
      },
    ]);
  });

  it("follows what administrators grant and withdraw, without a new handshake", async () => {
    const own = subscribingHandlers({ defaultGrants: [] });
    await own.connect();
    await own.administrator("grant", "order-*");
    expect(await own.subscribe("order-17")).toMatchObject({ type: "subscribed" });
    await own.administrator("withdrawal", "*");
    expect(await own.subscribe("order-18")).toMatchObject({ code: "FORBIDDEN" });
    expect(own.logger.entries.at(-1)).toMatchObject({
      denials: ["GRANT_WITHDRAWN subscribe:order-18 closest subscribe:order-*"],
    });
  });

  it("ends a subscription by itself when its grant ends", async () => {
    const own = subscribingHandlers({ defaultGrants: [] });
    await own.connect();
    await own.administrator("grant", "order-17", undefined, CONNECTED_AT / 1000 + 60);
    await own.subscribe("order-17");
    own.clock.advance(59);
    expect(await own.subscribersOf("order-17")).toHaveLength(1);
    own.clock.advance(1);
    expect(await own.subscribersOf("order-17")).toEqual([]);
    expect(await own.subscribe("order-17")).toMatchObject({ code: "FORBIDDEN" });
  });

  it.each<[string, AccessPolicy]>([
    ["fails", { decide: () => Promise.reject(new Error("canary-7f3a")) }],
    [
      "throws at once",
      {
        decide() {
          throw new Error("canary-7f3a");
        },
      },
    ],
    ["answers true", { decide: async () => true as never }],
    ["answers too little", { decide: async () => [] }],
  ])("attack:H2 allows nothing if it %s: INTERNAL, and the client may ask again", async (_how, policy) => {
    const own = subscribingHandlers({ policy });
    await own.connect();
    expect(await own.subscribe("order-17", { id: "7" })).toEqual({
      type: "error",
      code: "INTERNAL",
      message: MESSAGES.INTERNAL,
      retryable: true,
      requestId: REQUEST_ID,
      id: "7",
    });
    expect(await own.subscribersOf("order-17")).toEqual([]);
    expect(own.logger.entries.at(-1)).toMatchObject({ outcome: "failed", dependency: "ACCESS_POLICY" });
    expect(JSON.stringify(own.logger.entries)).not.toContain("canary");
  });

  it("attack:H2 allows nothing by an answer that is no decision, and lets the other entities be", async () => {
    const policy: AccessPolicy = {
      decide: async () => [true as never, { kind: "allowed", rule: "TEST" }, undefined],
    };
    const own = subscribingHandlers({ policy });
    await own.connect();
    const { results } = await own.send("subscribe", { entityIds: ["a", "b", "c"] });
    expect(results).toEqual([
      { entityId: "a", code: "INTERNAL" },
      { entityId: "b" },
      { entityId: "c", code: "INTERNAL" },
    ]);
    expect(await own.subscribersOf("a")).toEqual([]);
    expect(await own.subscribersOf("b")).toHaveLength(1);
  });

  it("attack:H2 that hangs for longer than the function may is answered INTERNAL", async () => {
    const hanging: AccessPolicy = { decide: () => new Promise(() => undefined) };
    const own = subscribingHandlers({ policy: hanging });
    await own.connect();
    const answer = await own.textOf("subscribe", '{"action":"subscribe","entityId":"e","id":"7"}', {}, 100);
    expect(JSON.parse(answer)).toMatchObject({ code: "INTERNAL", id: "7" });
    expect(await own.subscribersOf("e")).toEqual([]);
  });
});

describe("a token in the place of an entity's name", () => {
  it.each(["one", "many"] as const)("reaches the log in no spelling: as the name of %s", async (form) => {
    const written: string[] = [];
    const own = subscribingHandlers({ defaultGrants: [] });
    await own.connect();
    const token = goodToken(CONNECTED_AT / 1000).slice(0, 256);
    const frame = form === "one" ? { entityId: token } : { entityIds: ["order-1", token, `x ${token}`.slice(0, 256)] };
    await own.send("subscribe", frame);
    const destination = { write: (line: string) => void written.push(line) };
    const pino = new PinoLogger({ level: "DEBUG", service: "test", clock: own.clock, destination });
    for (const { level, message, ...fields } of own.logger.entries) pino[level](message, fields);
    const output = written.join("") + JSON.stringify(own.logger.entries);
    expect(output).toContain("NOT_GRANTED subscribe:[token]");
    expect(leaksIn(output, plantedTexts(SECRET_TEXT, token))).toEqual([]);
  });
});

describe("unsubscribe", () => {
  it("ends the subscription, also repeatedly, and responds with the client's own id", async () => {
    await all.subscribe("order-17");
    for (let round = 0; round < 2; round += 1) {
      expect(await all.unsubscribe("order-17", { id: "8" })).toEqual({
        type: "unsubscribed",
        entityId: "order-17",
        id: "8",
      });
    }
    expect(await all.subscribersOf("order-17")).toEqual([]);
  });

  it("needs no grant: what was taken from a client it may leave", async () => {
    const own = subscribingHandlers({ defaultGrants: [] });
    await own.connect();
    expect(await own.unsubscribe("order-17")).toEqual({ type: "unsubscribed", entityId: "order-17" });
  });

  it("attack:H3 cannot end another connection's subscription", async () => {
    await all.subscribe("order-17");
    await all.unsubscribe("order-17", { connectionId: "gbgHYy9RVQAYKEj2kA==" }, ANOTHER_CONNECTION);
    const answer = await all.unsubscribe("order-17", { id: "7" }, ANOTHER_CONNECTION);
    expect(answer).toMatchObject({ type: "error", code: "NOT_CONNECTED", id: "7" });
    const many = await all.send("unsubscribe", { entityIds: ["order-17"] }, ANOTHER_CONNECTION);
    expect(many).toMatchObject({ type: "error", code: "NOT_CONNECTED" });
    expect(await all.subscribersOf("order-17")).toHaveLength(1);
  });
});

describe.each(["subscribe", "unsubscribe"] as const)("%s", (action) => {
  it.each([
    ["attack:E10 no entity", undefined],
    ["attack:E10 an empty one", ""],
    ["a blank one", "  "],
    ["attack:E10 a number", 17],
    ["attack:E10 an object", { toString: "order-17" }],
    ["attack:E10 an array", ["order-17"]],
    ["attack:E10 null", null],
    ["attack:E10 true", true],
    ["attack:E6 a line break", "order\n17"],
    ["attack:E6 NUL", "order\u000017"],
    ["attack:E7 a lone surrogate", "\ud800"],
    ["attack:E9 more than 256 bytes", "ü".repeat(129)],
  ])("refuses %s, naming the member and the request", async (_title, entityId) => {
    expect(await all[action](entityId, { id: "7" })).toEqual({
      type: "error",
      code: "BAD_REQUEST",
      message: "The member entityId is missing or malformed. Correct it.",
      retryable: false,
      member: "entityId",
      requestId: REQUEST_ID,
      id: "7",
    });
  });

  it("responds INTERNAL, with the id, when the event has no authorizer context", async () => {
    const answer = await all[action]("order-17", { id: "7" }, { authorizer: undefined });
    expect(answer).toMatchObject({ type: "error", code: "INTERNAL", id: "7" });
  });

  it("refuses an unknown member, with the id and without the member's name", async () => {
    expect(await all[action]("order-17", { id: "7", "canary-7f3a": "eve" })).toEqual({
      type: "error",
      code: "BAD_REQUEST",
      message: "The message is not a JSON object with the members of its action, each once. Correct it.",
      retryable: false,
      requestId: REQUEST_ID,
      id: "7",
    });
    expect(await all.subscribersOf("order-17")).toEqual([]);
  });

  it.each([0, -1, 1.5, 2 ** 53, "7", null, true])("attack:G3 refuses %j as a seq", async (seq) => {
    expect(await all[action]("order-17", { id: "7", seq })).toMatchObject({
      code: "BAD_REQUEST",
      member: "seq",
      id: "7",
    });
    expect(await all.subscribersOf("order-17")).toEqual([]);
  });

  it.each([
    ["a correlation id that is a number", { id: 7 }],
    ["a correlation id of 129 characters", { id: "a".repeat(129) }],
    ["a correlation id with a control character", { id: "a\u001b[2J" }],
    ["an empty correlation id", { id: "" }],
  ])("attack:G3 refuses %s, and repeats nothing of it", async (_title, more) => {
    const answer = await all[action]("order-17", more);
    expect(answer).toEqual({
      type: "error",
      code: "BAD_REQUEST",
      message: "The member id is missing or malformed. Correct it.",
      retryable: false,
      member: "id",
      requestId: REQUEST_ID,
    });
    expect(await all.subscribersOf("order-17")).toEqual([]);
  });
});
