import { EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";
import type { RunningTemplate } from "@portcullis/emulator";
import { connectTo, handshakeStatus, type TestClient } from "@portcullis/emulator/testing";
import { serverFrameSchemas, validate } from "@portcullis/protocol/schemas";
import { SignJWT } from "jose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startLocalStack } from "../../../src/entrypoints/local/start-local-stack.ts";
import { freePort } from "../../support/emulator-parts.ts";
import { pause } from "../../support/pause.ts";
import { scheduledEvent } from "../../support/queued-messages.ts";

const SECRET = "only-for-tests-0123456789abcdef0";
const BUS = "local-admin";

let runtime: RunningTemplate;
let bus: EventBridgeClient;
const origin = () => `http://127.0.0.1:${runtime.port}`;

beforeAll(async () => {
  const options = {
    port: await freePort(),
    stage: "dev",
    jwtSecret: SECRET,
    logLevel: "ERROR",
    parameters: {},
  } as const;
  runtime = await startLocalStack(options, { warn: () => {} });
  const account = { region: "us-east-1", credentials: { accessKeyId: "local", secretAccessKey: "local" } };
  bus = new EventBridgeClient({ ...account, endpoint: origin() });
});

afterAll(async () => {
  bus.destroy();
  await runtime.close();
});

const seconds = () => Math.floor(Date.now() / 1000);

/** A token issued a minute ago. */
function tokenOf(
  userId: string,
  { exp = seconds() + 600, jti = userId, permissions = ["subscribe:*"] } = {},
): Promise<string> {
  return new SignJWT({ data: { userId }, permissions })
    .setProtectedHeader({ alg: "HS256", typ: "JWT" })
    .setIssuer("portcullis")
    .setAudience("portcullis")
    .setIssuedAt(seconds() - 60)
    .setExpirationTime(exp)
    .setJti(jti)
    .sign(new TextEncoder().encode(SECRET));
}

const address = () => `ws://127.0.0.1:${runtime.port}/dev`;
const connectWith = (token: string): Promise<TestClient> =>
  connectTo(address(), { subprotocols: ["websocket", token] });

async function administer(DetailType: string, detail: object, EventBusName = BUS): Promise<void> {
  const entry = { EventBusName, Source: "admin", DetailType, Detail: JSON.stringify(detail) };
  const { FailedEntryCount } = await bus.send(new PutEventsCommand({ Entries: [entry] }));
  expect(FailedEntryCount).toBe(0);
}

async function lastFrameOf(client: TestClient): Promise<unknown> {
  const frame = await client.json();
  expect(validate(serverFrameSchemas.disconnect, frame)).toMatchObject({ kind: "valid" });
  await client.closed();
  return frame;
}

async function deadLetters(): Promise<readonly { readonly body: string }[]> {
  const { queues } = (await (await fetch(`${origin()}/_local/queues`)).json()) as {
    queues: { name: string; messages: { body: string }[] }[];
  };
  return queues.find(({ name }) => name === "AdminDeadLetters")?.messages ?? [];
}

describe("a newer token", () => {
  it("attack:H4 that says less ends what it no longer allows, and the client is told", async () => {
    const client = await connectWith(await tokenOf("eve", { permissions: ["subscribe:order-*"] }));
    client.send({ action: "resume", entityIds: ["order-17", "order-18"], id: "1", seq: 1 });
    expect(await client.json()).toMatchObject({ type: "resumed" });
    const token = await tokenOf("eve", { exp: seconds() + 700, permissions: ["subscribe:order-17"] });
    client.send({ action: "authenticate", token, id: "2", seq: 2 });
    expect(await client.json()).toMatchObject({ type: "authenticated" });
    const ended = await client.json();
    expect(ended).toMatchObject({ type: "unsubscribed", entityId: "order-18", code: "FORBIDDEN", seq: 2 });
    client.close();
  });
});

describe("an administrator", () => {
  it("fault:M8 revokes a user's tokens: each socket is told why and closed, and the token gets in no more", async () => {
    const token = await tokenOf("ann");
    const clients = await Promise.all([connectWith(token), connectWith(token)]);
    const other = await connectWith(await tokenOf("bob"));
    const before = Date.now();

    await administer("Revoke Tokens", { userId: "ann", reason: "laptop stolen" });

    const frame = {
      type: "disconnect",
      code: "TOKEN_REVOKED",
      reconnect: true,
      retryWithin: 0,
      reason: "laptop stolen",
    };
    expect(await Promise.all(clients.map(lastFrameOf))).toEqual([frame, frame]);
    expect(Date.now() - before).toBeLessThan(5000);
    expect(await handshakeStatus(address(), { subprotocols: ["websocket", token] })).toBe(401);
    other.send({ action: "subscribe", entityId: "order-17" });
    expect(await other.json()).toMatchObject({ type: "subscribed" });
    other.close();
  });

  it("disconnects a user from all devices but one, for good", async () => {
    const clients = await Promise.all([connectWith(await tokenOf("eve")), connectWith(await tokenOf("eve"))]);

    await administer("Disconnect User", { userId: "eve" });

    const frame = { type: "disconnect", code: "DISCONNECTED", reconnect: false };
    expect(await Promise.all(clients.map(lastFrameOf))).toEqual([frame, frame]);
  });

  it("finds a malformed event among the dead letters at once", async () => {
    await administer("Revoke Tokens", { user: "ann" });
    await administer("Revoke tokens", { userId: "ann" });
    while ((await deadLetters()).length < 2) await pause(50);
    expect((await deadLetters()).map(({ body }) => JSON.parse(body)["detail-type"]).toSorted()).toEqual([
      "Revoke Tokens",
      "Revoke tokens",
    ]);
  });

  it("attack:I4 is nobody on the publishers' bus", async () => {
    const client = await connectWith(await tokenOf("dan"));
    await administer("Disconnect User", { userId: "dan" }, "default");
    await pause(1500);
    expect(client.unread).toBe(0);
    client.close();
  });
});

describe("a token's end", () => {
  it("fault:M6 comes with a last frame when its slot is over, and the socket is closed a second later", async () => {
    // The last second of a slot, so that the test need not wait for the whole slot.
    const exp = seconds() - (seconds() % 10) + 9 + (seconds() % 10 > 6 ? 10 : 0);
    const client = await connectWith(await tokenOf("fay", { exp }));
    // The schedule runs once a minute. Here it runs for the minute before that of the end.
    const minuteBefore = new Date((exp - (exp % 60) - 60) * 1000).toISOString();
    const invoke = `${origin()}/2015-03-31/functions/Administer/invocations`;
    const run = await fetch(invoke, { method: "POST", body: JSON.stringify(scheduledEvent(minuteBefore)) });
    expect(run.status).toBe(200);

    const frame = await client.json();
    const told = Date.now();
    expect(frame).toEqual({ type: "disconnect", code: "TOKEN_EXPIRED", reconnect: true, retryWithin: 0 });
    expect(told).toBeGreaterThanOrEqual(exp * 1000);
    await client.closed();
    expect(Date.now() - told).toBeGreaterThanOrEqual(950);
  }, 30_000);
});
