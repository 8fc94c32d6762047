import { MAX_PUSH_BYTES } from "@portcullis/protocol";
import { beforeEach, describe, expect, it } from "vitest";
import { DependencyUnavailableError } from "../../../src/application/errors.ts";
import { type Grants, parseGrant } from "../../../src/domain/grants/grant.ts";
import { resumeHandler } from "../../../src/entrypoints/lambda/handlers/resume.ts";
import { AUTHORIZER_CONTEXT, CONNECTED_AT, messageEvent } from "../../support/gateway-events.ts";
import { lambdaContext } from "../../support/lambda-context.ts";
import { LIMITS, subscribingHandlers } from "../../support/subscribing-handlers.ts";

const START = CONNECTED_AT / 1000;
const REQUEST_ID = "PJqCOG4zqRcFcPw=";

function grantsOf(...texts: readonly string[]): Grants {
  return texts.flatMap((text) => parseGrant(text) ?? []);
}

let all: ReturnType<typeof subscribingHandlers>;

beforeEach(async () => {
  all = subscribingHandlers({ defaultGrants: grantsOf("subscribe:order-*") });
  await all.connect();
});

describe("resume", () => {
  it("tells who it is, both ends, the limits, and one result for each entity", async () => {
    all.clock.advance(100.7);
    const body = '{"action":"resume","entityIds":["order-1","secret","order-1"],"id":"7","seq":1}';
    expect(await all.textOf("resume", body)).toBe(
      `{"type":"resumed","protocol":2,"connectionId":"gbgHYy9RVQAYKEj2kA==","userId":"ann",` +
        `"now":${START + 100},"expiresAt":${START + 3600},"closesAt":${START + 7080},` +
        '"limits":{"entities":100,"entitiesPerFrame":250,"frameBytes":32768,"pingAfter":240},' +
        '"results":[{"entityId":"order-1"},{"entityId":"secret","code":"FORBIDDEN","decision":"decision-1"},' +
        '{"entityId":"order-1"}],"id":"7"}',
    );
    expect(await all.subscribersOf("order-1")).toHaveLength(1);
    expect(await all.subscribersOf("secret")).toEqual([]);
  });

  it("without entities tells the facts, and writes nothing", async () => {
    const { connectionId } = await all.resume([], { seq: 7 });
    expect(connectionId).toBe("gbgHYy9RVQAYKEj2kA==");
    expect(all.connections.openRecord(connectionId)?.marks).toEqual({ revision: 0 });
    expect(await all.resume([], { seq: 7 })).toMatchObject({ type: "resumed", results: [] });
  });

  it("may be repeated: it is a subscribe that tells the ends anew", async () => {
    await all.resume(["order-1"], { seq: 1 });
    expect(await all.resume(["order-1", "order-2"], { seq: 2 })).toMatchObject({
      type: "resumed",
      results: [{ entityId: "order-1" }, { entityId: "order-2" }],
    });
    expect(await all.resume(["order-3"], { seq: 2, id: "8" })).toMatchObject({
      code: "STALE",
      retryable: false,
      id: "8",
    });
    expect(await all.subscribersOf("order-3")).toEqual([]);
  });

  it("tells the token's own end, although the connection's comes first", async () => {
    const own = subscribingHandlers();
    await own.connect([], { tokenExpiresAt: String(START + 80_000) });
    expect(await own.resume([])).toMatchObject({ expiresAt: START + 80_000, closesAt: START + 7080 });
  });

  it("takes 250 names, tells which of them the limit refuses, and fits into the gateway's largest message", async () => {
    const entityIds = Array.from({ length: 250 }, (_, index) => `order-${index}-${"é".repeat(55)}`);
    const frame = JSON.stringify({ action: "resume", entityIds, id: "7" });
    expect(Buffer.byteLength(frame)).toBeGreaterThan(30_000);
    expect(Buffer.byteLength(frame)).toBeLessThanOrEqual(LIMITS.frameBytes);

    const text = await all.textOf("resume", frame);

    const codes = JSON.parse(text).results.map(({ code }: { code?: string }) => code);
    expect(codes).toEqual(Array.from({ length: 250 }, (_, index) => (index < 100 ? undefined : "LIMIT")));
    expect(Buffer.byteLength(text)).toBeLessThan(MAX_PUSH_BYTES / 2);
    expect(all.logger.entries.at(-1)).toMatchObject({ function: "Resume", outcome: "answered", entities: 250 });
  });

  it("attack:H6 refuses 251 names as a whole", async () => {
    const entityIds = Array.from({ length: 251 }, (_, index) => `order-${index}`);
    expect(await all.resume(entityIds)).toMatchObject({ code: "BAD_REQUEST", member: "entityIds", id: "1" });
    expect(await all.subscribersOf("order-0")).toEqual([]);
  });

  it("has 250 denials in one entry of the log, under one id", async () => {
    const entityIds = Array.from({ length: 250 }, (_, index) => `secret-${index}`);
    await all.resume(entityIds);
    expect(all.logger.entries).toHaveLength(1);
    expect(all.logger.entries[0]).toMatchObject({ decision: "decision-1", userId: "ann" });
    expect(all.logger.entries[0]?.denials).toHaveLength(250);
    expect(all.logger.entries[0]?.denials?.[249]).toBe("NOT_GRANTED subscribe:secret-249");
  });

  it("passes unknown members over, so that later clients can introduce themselves", async () => {
    expect(await all.resume(["order-1"], { positions: { "order-1": 7 }, "canary-7f3a": "eve" })).toMatchObject({
      type: "resumed",
      results: [{ entityId: "order-1" }],
    });
    expect(JSON.stringify(all.logger.entries)).not.toContain("canary");
  });

  it.each(["portcullis-js/1.2.0", "x", "a client (beta) 2", "~".repeat(64)])(
    "keeps the client's name in the log alone: %j",
    async (client) => {
      const frame = await all.resume([], { client });
      expect(frame).not.toHaveProperty("client");
      expect(all.logger.entries.at(-1)).toMatchObject({ client });
      await all.resume([]);
      expect(all.logger.entries.at(-1)).not.toHaveProperty("client");
    },
  );

  it.each(["", " ", "x ", " x", "a\nb", "a\u0000", "caf\u00e9", "\u{1f600}", "x".repeat(65), 7, null, ["x"]])(
    "attack:G3 refuses %j as the client's name, and logs nothing of it",
    async (client) => {
      expect(await all.resume(["order-1"], { client })).toMatchObject({
        code: "BAD_REQUEST",
        member: "client",
        id: "1",
      });
      expect(all.logger.entries.at(-1)).not.toHaveProperty("client");
      expect(await all.subscribersOf("order-1")).toEqual([]);
    },
  );

  it.each([
    ["an id that is missing", { id: undefined }, "id"],
    ["an id that is a number", { id: 7 }, "id"],
    ["no names", { entityIds: undefined }, "entityIds"],
    ["a name in place of a list", { entityIds: "order-1" }, "entityIds"],
    ["a list with a number", { entityIds: ["order-1", 1] }, "entityIds"],
    ["a seq of zero", { seq: 0 }, "seq"],
  ])("attack:E10 attack:G3 refuses %s, naming the member", async (_title, more, member) => {
    expect(await all.resume(["order-1"], more)).toMatchObject({ type: "error", code: "BAD_REQUEST", member });
    expect(await all.subscribersOf("order-1")).toEqual([]);
  });

  it("attack:H7 attack:H8 tells a connection without a record, or another user's, that it has ended", async () => {
    const gone = { type: "error", code: "NOT_CONNECTED", retryable: true, requestId: REQUEST_ID, id: "1" };
    expect(await all.resume(["order-1"], {}, { connectionId: "AAAAAAAAAAAAAAA=" })).toMatchObject(gone);
    const eve = { authorizer: { ...AUTHORIZER_CONTEXT, userId: "eve" } };
    expect(await all.resume(["order-1"], {}, eve)).toMatchObject(gone);
    expect(await all.subscribersOf("order-1")).toEqual([]);
  });

  it("tells a connection whose token has ended", async () => {
    all.clock.advance(3600);
    expect(await all.resume(["order-1"])).toMatchObject({ code: "TOKEN_EXPIRED", retryable: true, id: "1" });
  });

  it("responds INTERNAL, with the id, after a fault", async () => {
    const outage = () => Promise.reject(new DependencyUnavailableError("SUBSCRIPTION_STORE"));
    const handler = resumeHandler({ subscribe: outage, limits: LIMITS, logger: all.logger });
    const { body = "" } = await handler(messageEvent('{"action":"resume","entityIds":[],"id":"7"}'), lambdaContext());
    expect(JSON.parse(body)).toMatchObject({
      type: "error",
      code: "INTERNAL",
      retryable: true,
      requestId: REQUEST_ID,
      id: "7",
    });
    expect(all.logger.entries.at(-1)).toMatchObject({ outcome: "failed", dependency: "SUBSCRIPTION_STORE" });
  });
});
