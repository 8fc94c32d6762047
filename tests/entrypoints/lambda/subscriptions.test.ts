import { beforeEach, describe, expect, it } from "vitest";
import { MemoryConnectionStore } from "../../../src/adapters/in-memory/memory-connection-store.ts";
import { MemorySubscriptionStore } from "../../../src/adapters/in-memory/memory-subscription-store.ts";
import { DependencyUnavailableError } from "../../../src/application/errors.ts";
import { makeSubscribe, makeUnsubscribe } from "../../../src/application/subscriptions/subscribe.ts";
import type { EntityId } from "../../../src/domain/subscription/subscription.ts";
import {
  allowEverySubscription,
  type SubscriptionPolicy,
} from "../../../src/domain/subscription/subscription-policy.ts";
import { toEpochSeconds } from "../../../src/domain/time.ts";
import { connectHandler } from "../../../src/entrypoints/lambda/handlers/connect.ts";
import { subscribeHandler } from "../../../src/entrypoints/lambda/handlers/subscribe.ts";
import { unsubscribeHandler } from "../../../src/entrypoints/lambda/handlers/unsubscribe.ts";
import { FixedClock } from "../../fakes/fixed-clock.ts";
import { RecordingLogger } from "../../fakes/recording-logger.ts";
import { AUTHORIZER_CONTEXT, CONNECTED_AT, connectEvent, messageEvent } from "../../support/gateway-events.ts";
import { lambdaContext } from "../../support/lambda-context.ts";
import { openConnectionOver } from "../../support/open-connection.ts";

const LIMIT = 3;

function handlers(policy = allowEverySubscription) {
  const clock = new FixedClock(CONNECTED_AT);
  const connections = new MemoryConnectionStore();
  const subscriptions = new MemorySubscriptionStore(connections);
  const logger = new RecordingLogger();
  const subscribe = subscribeHandler({
    subscribe: makeSubscribe({ policy, subscriptions, clock, limit: LIMIT }),
    logger,
  });
  const unsubscribe = unsubscribeHandler({ unsubscribe: makeUnsubscribe({ subscriptions, clock }), logger });
  const asking = async (handler: typeof subscribe, body: unknown, overrides = {}) => {
    const answer = await handler(messageEvent(JSON.stringify(body), overrides), lambdaContext());
    return JSON.parse(answer.body ?? "");
  };
  return {
    logger,
    connect: () =>
      connectHandler({ open: openConnectionOver({ connections, clock }), logger })(connectEvent(), lambdaContext()),
    subscribe: (entityId: unknown, more = {}, overrides = {}) =>
      asking(subscribe, { action: "subscribe", entityId, ...more }, overrides),
    unsubscribe: (entityId: unknown, more = {}, overrides = {}) =>
      asking(unsubscribe, { action: "unsubscribe", entityId, ...more }, overrides),
    subscribersOf: async (entityId: string) =>
      (await subscriptions.subscribersOf(entityId as EntityId, toEpochSeconds(clock.now()))).items,
  };
}

let all: ReturnType<typeof handlers>;

beforeEach(async () => {
  all = handlers();
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

  it("attack:H6 stops at the limit, except for a repeated subscribe", async () => {
    for (const entityId of ["1", "2", "3", "3"]) await all.subscribe(entityId);
    expect(await all.subscribe("4", { id: "7" })).toMatchObject({ type: "error", code: "LIMIT", id: "7" });
    expect(await all.subscribersOf("4")).toEqual([]);
    await all.unsubscribe("1");
    expect(await all.subscribe("4")).toMatchObject({ type: "subscribed" });
  });

  it("attack:H7 tells a connection without a record that it has ended", async () => {
    const answer = await all.subscribe("order-17", { id: "7" }, { connectionId: "AAAAAAAAAAAAAAA=" });
    expect(answer).toMatchObject({ type: "error", code: "NOT_CONNECTED", id: "7" });
    expect(await all.subscribersOf("order-17")).toEqual([]);
  });

  it("attack:H8 refuses another user's request for a connection", async () => {
    const answer = await all.subscribe("order-17", {}, { authorizer: { ...AUTHORIZER_CONTEXT, userId: "eve" } });
    expect(answer).toMatchObject({ type: "error", code: "NOT_CONNECTED" });
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

describe("a subscription policy", () => {
  const invoices: SubscriptionPolicy = ({ grants }, entityId) =>
    grants.includes(`subscribe:${entityId}`) ? { kind: "allowed" } : { kind: "denied", reason: "NOT_GRANTED" };
  const context = { authorizer: { ...AUTHORIZER_CONTEXT, grants: '["subscribe:order-17"]' } };

  it("decides by what the authorizer's context grants; a denial is an error frame and one log entry", async () => {
    const { connect, subscribe, subscribersOf, logger } = handlers(invoices);
    await connect();

    expect(await subscribe("order-17", { id: "7" }, context)).toMatchObject({ type: "subscribed" });
    expect(await subscribe("order-18", { id: "8" }, context)).toEqual({
      type: "error",
      code: "FORBIDDEN",
      message: "This connection may not subscribe to the entity.",
      requestId: "PJqCOG4zqRcFcPw=",
      id: "8",
    });

    expect(await subscribersOf("order-18")).toEqual([]);
    expect(logger.entries.at(-1)).toMatchObject({ outcome: "denied", reason: "NOT_GRANTED" });
  });

  it("finds no grant where the context has none", async () => {
    const { connect, subscribe } = handlers(invoices);
    await connect();
    expect(await subscribe("order-17")).toMatchObject({ type: "error", code: "FORBIDDEN" });
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

  it("attack:H3 cannot end another connection's subscription", async () => {
    await all.subscribe("order-17");
    await all.unsubscribe("order-17", { connectionId: "gbgHYy9RVQAYKEj2kA==" }, { connectionId: "AAAAAAAAAAAAAAA=" });
    const answer = await all.unsubscribe("order-17", { id: "7" }, { connectionId: "AAAAAAAAAAAAAAA=" });
    expect(answer).toMatchObject({ type: "error", code: "NOT_CONNECTED", id: "7" });
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
      message: "The member entityId is missing or malformed.",
      member: "entityId",
      requestId: "PJqCOG4zqRcFcPw=",
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
      message: "The message is not a JSON object with the members of its action, each once.",
      requestId: "PJqCOG4zqRcFcPw=",
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
      message: "The member id is missing or malformed.",
      member: "id",
      requestId: "PJqCOG4zqRcFcPw=",
    });
    expect(await all.subscribersOf("order-17")).toEqual([]);
  });
});
