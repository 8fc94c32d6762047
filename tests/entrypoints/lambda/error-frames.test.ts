import { ERRORS, type ErrorCode } from "@portcullis/protocol";
import { serverFrameSchemas, validate } from "@portcullis/protocol/schemas";
import { describe, expect, it } from "vitest";
import type { RouteResponse } from "../../../src/adapters/api-gateway/route-responses.ts";
import { DependencyUnavailableError } from "../../../src/application/errors.ts";
import type { AccessPolicy } from "../../../src/application/ports/access-policy.ts";
import type { EndingCode } from "../../../src/domain/connection/ending.ts";
import { type Grants, parseGrant } from "../../../src/domain/grants/grant.ts";
import type { EpochSeconds } from "../../../src/domain/time.ts";
import { authenticateHandler } from "../../../src/entrypoints/lambda/handlers/authenticate.ts";
import { defaultHandler } from "../../../src/entrypoints/lambda/handlers/default.ts";
import { RecordingLogger } from "../../fakes/recording-logger.ts";
import { CONNECTED_AT, messageEvent } from "../../support/gateway-events.ts";
import { lambdaContext } from "../../support/lambda-context.ts";
import { subscribingHandlers } from "../../support/subscribing-handlers.ts";

const START = (CONNECTED_AT / 1000) as EpochSeconds;
const REQUEST_ID = "PJqCOG4zqRcFcPw=";
const ID = "i-7";

function grantsOf(...texts: readonly string[]): Grants {
  return texts.flatMap((text) => parseGrant(text) ?? []);
}

type Action = "subscribe" | "unsubscribe" | "resume";
type World = ReturnType<typeof subscribingHandlers>;

const FRAMES: Readonly<Record<Action, object>> = {
  subscribe: { action: "subscribe", entityId: "order-1", id: ID },
  unsubscribe: { action: "unsubscribe", entityId: "order-1", id: ID },
  resume: { action: "resume", entityIds: ["order-1"], id: ID },
};
const ACTIONS = Object.keys(FRAMES) as readonly Action[];

async function connected(options: Parameters<typeof subscribingHandlers>[0] = {}): Promise<World> {
  const world = subscribingHandlers({ defaultGrants: grantsOf("subscribe:order-*"), ...options });
  await world.connect();
  return world;
}

async function endedBy(code: EndingCode): Promise<World> {
  const world = await connected();
  const [record] = await world.connections.inspect(["gbgHYy9RVQAYKEj2kA==" as never], START);
  if (record?.kind !== "open") throw new Error("no connection");
  await world.connections.end(record.connection, code, START);
  return world;
}

const FAILING: AccessPolicy = { decide: () => Promise.reject(new Error("canary-7f3a")) };

/** How each route is brought to each of its error frames: what the message has beside its frame, and what came before. */
const SITUATIONS: readonly {
  readonly code: ErrorCode;
  readonly what: string;
  readonly actions?: readonly Action[];
  readonly world?: () => Promise<World>;
  readonly more?: object;
  readonly overrides?: object;
}[] = [
  { code: "BAD_REQUEST", what: "a malformed seq", more: { seq: 0 } },
  { code: "BAD_REQUEST", what: "entities that are none", more: { entityId: 7, entityIds: 7 } },
  { code: "BAD_REQUEST", what: "an unknown member", actions: ["subscribe", "unsubscribe"], more: { more: 1 } },
  { code: "BAD_REQUEST", what: "too many names", more: { entityId: undefined, entityIds: Array(251).fill("e") } },
  { code: "NOT_CONNECTED", what: "a connection without a record", overrides: { connectionId: "AAAAAAAAAAAAAAA=" } },
  { code: "NOT_CONNECTED", what: "one that an operator ended", world: () => endedBy("DISCONNECTED") },
  { code: "TOKEN_EXPIRED", what: "one whose token has ended", world: () => endedBy("TOKEN_EXPIRED") },
  { code: "TOKEN_REVOKED", what: "one whose token was revoked", world: () => endedBy("TOKEN_REVOKED") },
  {
    code: "STALE",
    what: "a request that comes late",
    more: { seq: 3 },
    world: async () => {
      const world = await connected();
      await world.unsubscribe("order-9", { seq: 3 });
      return world;
    },
  },
  { code: "INTERNAL", what: "an event without a user", overrides: { authorizer: undefined } },
  {
    code: "INTERNAL",
    what: "a policy that fails",
    actions: ["subscribe", "resume"],
    world: () => connected({ policy: FAILING }),
  },
  { code: "FORBIDDEN", what: "what nothing grants", actions: ["subscribe"], more: { entityId: "secret" } },
  { code: "LIMIT", what: "more than the limit", actions: ["subscribe"], world: () => connected({ limit: 0 }) },
];

function expectErrorFrame(text: string, code: ErrorCode, id: string | undefined): void {
  const frame = JSON.parse(text);
  expect(frame).toMatchObject({ type: "error", code, requestId: REQUEST_ID, retryable: ERRORS[code].retryable });
  expect(frame.id).toBe(id);
  expect(frame.message.length).toBeGreaterThan(20);
  expect(frame.message.length).toBeLessThanOrEqual(160);
  const members = ["type", "code", "message", "retryable", "requestId", ...(id === undefined ? [] : ["id"])];
  expect(Object.keys(frame).slice(0, members.length)).toEqual(members);
  expect(validate(serverFrameSchemas.error, frame).kind).toBe("valid");
  expect(text).not.toContain("canary");
}

describe("an error frame says what happened, whether to try again, and to which request, after", () => {
  const cases = SITUATIONS.flatMap(({ actions = ACTIONS, ...situation }) =>
    actions.map((action) => ({ action, ...situation })),
  );
  it.each(cases)("$what at $action: $code", async ({ action, code, world = connected, more = {}, overrides = {} }) => {
    const text = await (await world()).textOf(action, JSON.stringify({ ...FRAMES[action], ...more }), overrides);
    expectErrorFrame(text, code, ID);
  });

  it.each(ACTIONS)("a message that is no JSON object, or has its members twice, at %s", async (action) => {
    const world = await connected();
    for (const body of ["", "canary", "[]", '"canary"', `{"id":"${ID}"`]) {
      expectErrorFrame(await world.textOf(action, body), "BAD_REQUEST", undefined);
    }
    const twice = `{"action":"${action}","entityId":"a","entityId":"a","id":"${ID}"}`;
    expectErrorFrame(await world.textOf(action, twice), "BAD_REQUEST", ID);
  });

  it.each<[ErrorCode, string, string | undefined]>([
    ["UNKNOWN_ACTION", `{"action":"shout","id":"${ID}"}`, ID],
    ["UNKNOWN_ACTION", '{"action":"shout"}', undefined],
    ["BAD_REQUEST", "canary", undefined],
    ["BAD_REQUEST", `{"action":"shout","action":"shout","id":"${ID}"}`, ID],
  ])("%s at $default: %s", async (code, body, id) => {
    const { body: text = "" } = await defaultHandler({ logger: new RecordingLogger() })(
      messageEvent(body),
      lambdaContext(),
    );
    expectErrorFrame(text, code, id);
  });

  it.each<[ErrorCode, () => Promise<never>]>([
    ["INTERNAL", () => Promise.reject(new DependencyUnavailableError("ADMIN_QUEUE"))],
    ["TOKEN_REFUSED", async () => ({ kind: "refused", reason: "EXPIRED" }) as never],
    ["USER_CHANGED", async () => ({ kind: "user-changed" }) as never],
    ["STALE", async () => ({ kind: "stale" }) as never],
    ["NOT_CONNECTED", async () => ({ kind: "not-connected" }) as never],
    ["TOKEN_EXPIRED", async () => ({ kind: "token-expired" }) as never],
    ["TOKEN_REVOKED", async () => ({ kind: "token-revoked" }) as never],
  ])("%s at authenticate", async (code, renew) => {
    const handler = authenticateHandler({ renew, logger: new RecordingLogger() });
    const event = messageEvent(`{"action":"authenticate","token":"a.b.c","id":"${ID}"}`);
    const { body = "" }: RouteResponse = await handler(event, lambdaContext());
    expectErrorFrame(body, code, ID);
  });
});

it("each code of an error frame was met above", () => {
  const met = new Set<string>(SITUATIONS.map(({ code }) => code));
  for (const code of ["UNKNOWN_ACTION", "TOKEN_REFUSED", "USER_CHANGED"]) met.add(code);
  expect([...met].sort()).toEqual(Object.keys(ERRORS).sort());
});
