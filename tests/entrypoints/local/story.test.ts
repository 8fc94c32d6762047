import { readFileSync, writeFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { EventBridgeClient, PutEventsCommand, type PutEventsRequestEntry } from "@aws-sdk/client-eventbridge";

import type { RunningTemplate } from "@portcullis/emulator";
import { connectTo, type TestClient } from "@portcullis/emulator/testing";
import { PONG_TEXT } from "@portcullis/protocol";
import {
  authenticateFrameSchema,
  disconnectUserDetailSchema,
  entityUpdatedDetailSchema,
  grantAccessDetailSchema,
  pingFrameSchema,
  resumeFrameSchema,
  revokeTokensDetailSchema,
  sendUserPushDetailSchema,
  serverFrameSchemas,
  subscribeFrameSchema,
  subscribeManyFrameSchema,
  unsubscribeFrameSchema,
  unsubscribeManyFrameSchema,
  validate,
  withdrawAccessDetailSchema,
} from "@portcullis/protocol/schemas";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startLocalStack } from "../../../src/entrypoints/local/start-local-stack.ts";
import { freePort } from "../../support/emulator-parts.ts";
import { pause } from "../../support/pause.ts";

const EXCHANGED = "docs/examples/exchanged.json";

const SCHEMAS = {
  resume: resumeFrameSchema,
  subscribe: subscribeFrameSchema,
  subscribeMany: subscribeManyFrameSchema,
  unsubscribe: unsubscribeFrameSchema,
  unsubscribeMany: unsubscribeManyFrameSchema,
  authenticate: authenticateFrameSchema,
  ping: pingFrameSchema,
  ...serverFrameSchemas,
  publishEntityUpdated: entityUpdatedDetailSchema,
  publishUserPush: sendUserPushDetailSchema,
  revokeTokens: revokeTokensDetailSchema,
  disconnectUser: disconnectUserDetailSchema,
  grantAccess: grantAccessDetailSchema,
  withdrawAccess: withdrawAccessDetailSchema,
} as const;

const DECISION = "5e1b7f0a-0d6f-4a8e-9a53-2c7d0f1b9e44";

/** The values in the documentation for those that differ from run to run. */
const STEADY = {
  requestId: "PJqCOG4zqRcFcPw=",
  time: "2026-01-01T12:00:00Z",
  token: "<a JSON Web Token>",
  now: 1_767_268_800,
  expiresAt: 1_767_272_400,
  closesAt: 1_767_275_880,
  connectionId: "JKJaXmPLvHcESHA=",
  decision: DECISION,
} as const;

const exchanged: Record<string, unknown[]> = Object.fromEntries(Object.keys(SCHEMAS).map((name) => [name, []]));
let runtime: RunningTemplate;
let bus: EventBridgeClient;

/** Every frame and event of the story, checked against its schema and kept for the documentation. */
function record(name: keyof typeof SCHEMAS, message: Record<string, unknown>): Record<string, unknown> {
  expect(validate(SCHEMAS[name], message)).toMatchObject({ kind: "valid" });
  const steady = Object.fromEntries(Object.entries(STEADY).filter(([member]) => member in message));
  const id = "time" in message ? { id: "6a7e8feb-b491-4cf7-a9f1-bf3703467718" } : {};
  const results = Array.isArray(message["results"]) ? { results: message["results"].map(withSteadyDecision) } : {};
  const example = { ...message, ...steady, ...id, ...results };
  if (!exchanged[name]?.some((other) => isDeepStrictEqual(other, example))) exchanged[name]?.push(example);
  return message;
}

function withSteadyDecision(result: object): object {
  return { ...result, ...("decision" in result && { decision: DECISION }), ...("seq" in result && { seq: 7 }) };
}

async function tokenFor(userId: string, permissions?: readonly string[]): Promise<string> {
  const response = await fetch(`${origin()}/2015-03-31/functions/CreateTestJwt/invocations`, {
    method: "POST",
    body: JSON.stringify({ userId, permissions }),
  });
  const { authToken } = (await response.json()) as { authToken: string };
  return authToken;
}

const origin = () => `http://127.0.0.1:${runtime.port}`;

async function connectAs(userId: string, permissions?: readonly string[]): Promise<TestClient> {
  return connectTo(`ws://127.0.0.1:${runtime.port}/dev`, {
    subprotocols: ["websocket", await tokenFor(userId, permissions)],
  });
}

/** The next frame. */
async function next(client: TestClient): Promise<Record<string, unknown>> {
  return client.json();
}

async function publish(example: string): Promise<PutEventsRequestEntry[]> {
  const Entries: PutEventsRequestEntry[] = JSON.parse(readFileSync(`examples/${example}.json`, "utf8"));
  expect(await bus.send(new PutEventsCommand({ Entries }))).toMatchObject({ FailedEntryCount: 0 });
  return Entries;
}

beforeAll(async () => {
  // The port is chosen before the start, since the functions need the address.
  const port = await freePort();
  const jwtSecret = "only-for-tests-0123456789abcdef0";
  const options = { port, stage: "dev", jwtSecret, logLevel: "ERROR", parameters: {} } as const;
  runtime = await startLocalStack(options, { warn: () => {} });
  const credentials = { accessKeyId: "local", secretAccessKey: "local" };
  bus = new EventBridgeClient({ region: "us-east-1", endpoint: origin(), credentials });
});

afterAll(async () => {
  bus.destroy();
  await runtime.close();
});

describe("the whole story, over the wire", () => {
  it("a subscriber receives the entity's update at once, and no other client does", async () => {
    const [ann, bob, eve] = await Promise.all(["ann", "bob", "eve"].map((user) => connectAs(user)));
    for (const client of [ann, bob]) {
      client?.send(record("subscribe", { action: "subscribe", entityId: "order-17", id: "1" }));
      record("subscribed", await client?.json());
    }
    const [entry] = await publish("entity-updated");
    record("publishEntityUpdated", JSON.parse(entry?.Detail ?? ""));
    for (const client of [ann, bob]) {
      const push = record("entityUpdated", await client?.json());
      expect(push).toMatchObject({
        type: "Entity Updated",
        entityId: "order-17",
        message: "Your order is on its way.",
        data: { total: 49.9 },
      });
    }
    expect(eve?.unread).toBe(0);
    for (const client of [ann, bob, eve]) client?.close();
  });

  it("a push to a user reaches each of the user's connections, and no other user's", async () => {
    const [phone, laptop, bob] = await Promise.all(["ann", "ann", "bob"].map((user) => connectAs(user)));
    const [entry] = await publish("send-user-push-notification");
    record("publishUserPush", JSON.parse(entry?.Detail ?? ""));
    for (const client of [phone, laptop]) {
      const push = record("userPush", await client?.json());
      expect(push).toMatchObject({ type: "User Push Notification", message: "Rate your last order." });
    }
    expect(bob?.unread).toBe(0);
    for (const client of [phone, laptop, bob]) client?.close();
  });

  it("a push may have data in place of a message", async () => {
    const ann = await connectAs("ann");
    const Detail = JSON.stringify(record("publishUserPush", { userId: "ann", data: { unread: 3 } }));
    const Entries = [{ Source: "CLI", DetailType: "Send User Push Notification", Detail }];
    await bus.send(new PutEventsCommand({ Entries }));
    const push = record("userPush", await ann.json());
    expect(push).toMatchObject({ data: { unread: 3 } });
    expect(push).not.toHaveProperty("message");
    ann.close();
  });

  it("a client that unsubscribed receives nothing more", async () => {
    const ann = await connectAs("ann");
    const bob = await connectAs("bob");
    for (const client of [ann, bob]) {
      client.send({ action: "subscribe", entityId: "order-17" });
      await client.text();
    }
    ann.send(record("unsubscribe", { action: "unsubscribe", entityId: "order-17" }));
    record("unsubscribed", await ann.json());
    await publish("entity-updated");
    expect(await bob.json()).toMatchObject({ type: "Entity Updated" });
    expect(ann.unread).toBe(0);
    for (const client of [ann, bob]) client.close();
  });

  it("a client takes a newer token on its connection, and no other user's", async () => {
    const ann = await connectAs("ann");
    // Ends of tokens are whole seconds, so that a token of the next second ends later.
    await pause(1100);
    ann.send(record("authenticate", { action: "authenticate", token: await tokenFor("ann"), id: "4" }));
    const answer = record("authenticated", await ann.json());
    expect(answer).toMatchObject({ type: "authenticated", id: "4" });
    expect(Number(answer["expiresAt"]) - Number(answer["now"])).toBeGreaterThan(3590);
    ann.send({ action: "authenticate", token: await tokenFor("bob"), id: "5" });
    record("error", await ann.json());
    ann.close();
  });

  it("a ping is answered by the constant of the contract, and its id is not repeated", async () => {
    const ann = await connectAs("ann");
    ann.send(record("ping", { action: "ping" }));
    ann.send({ action: "ping", id: "7", data: ["x"] });
    for (const text of [await ann.text(), await ann.text()]) {
      expect(text).toBe(PONG_TEXT);
      record("pong", JSON.parse(text));
    }
    ann.close();
  });

  it("a check tells what a handshake would be answered, to a page of any origin", async () => {
    const check = (headers: Record<string, string>) =>
      fetch(`${runtime.functionUrls["Check"]}check`, {
        method: "POST",
        headers: { origin: "https://app.example.com", ...headers },
      });
    const good = await check({ authorization: `Bearer ${await tokenFor("ann")}` });
    expect([good.status, good.headers.get("access-control-allow-origin")]).toEqual([204, "https://app.example.com"]);
    const bad = await check({ authorization: "Bearer a.b.c" });
    expect(bad.status).toBe(401);
    expect(await bad.json()).toEqual({ error: "invalid_token", code: "TOKEN_REFUSED" });
  });

  it("attack:I4 an event of a source that is not allowed reaches no client, and delays none", async () => {
    const ann = await connectAs("ann");
    ann.send({ action: "subscribe", entityId: "order-17" });
    await ann.text();
    const Detail = JSON.stringify({ entityId: "order-17", message: "not allowed" });
    const refused = [{ Source: "somebody.else", DetailType: "Entity Updated", Detail }];
    await bus.send(new PutEventsCommand({ Entries: refused }));
    await publish("entity-updated");
    expect(await ann.json()).toMatchObject({ message: "Your order is on its way." });
    expect(ann.unread).toBe(0);
    ann.close();
  });

  it("an administrator puts a user out, and the last frame says why and whether to come back", async () => {
    const orders = [
      ["disconnectUser", "Disconnect User", { userId: "eve", reason: "Your contract has ended." }],
      ["revokeTokens", "Revoke Tokens", { userId: "dan", reason: "Laptop stolen." }],
    ] as const;
    for (const [name, DetailType, detail] of orders) {
      const client = await connectAs(detail.userId);
      const Detail = JSON.stringify(record(name, detail));
      await bus.send(
        new PutEventsCommand({ Entries: [{ EventBusName: "local-admin", Source: "admin", DetailType, Detail }] }),
      );
      expect(record("disconnect", await client.json())).toMatchObject({ reason: detail.reason });
      await client.closed();
    }
  });

  it("a client resumes with all that it wants, and each entity is granted or refused on its own", async () => {
    const ann = await connectAs("ann", ["subscribe:order-*"]);
    const entityIds = ["order-17", "order-18", "invoice-17"];
    ann.send(record("resume", { action: "resume", entityIds, id: "1", seq: 1, client: "story/1.0.0" }));
    expect(record("resumed", await next(ann))).toMatchObject({
      ...{ type: "resumed", userId: "ann", id: "1" },
      results: [{ entityId: "order-17" }, { entityId: "order-18" }, { entityId: "invoice-17", code: "FORBIDDEN" }],
    });
    ann.send(record("subscribeMany", { action: "subscribe", entityIds: ["order-19"], id: "2", seq: 2 }));
    record("subscribedMany", await next(ann));
    ann.send({ action: "subscribe", entityId: "invoice-17", id: "3", seq: 3 });
    expect(record("error", await next(ann))).toMatchObject({ code: "FORBIDDEN", entityId: "invoice-17", id: "3" });
    ann.send(record("unsubscribeMany", { action: "unsubscribe", entityIds: ["order-18"], id: "4", seq: 4 }));
    record("unsubscribedMany", await next(ann));
    await publish("entity-updated");
    expect(await next(ann)).toMatchObject({ type: "Entity Updated", entityId: "order-17" });
    ann.close();
  });

  it("an administrator grants and withdraws, and the client is told what has ended", async () => {
    const bob = await connectAs("bob", []);
    const administer = (DetailType: string, detail: object) => {
      const entry = { EventBusName: "local-admin", Source: "admin", DetailType, Detail: JSON.stringify(detail) };
      return bus.send(new PutEventsCommand({ Entries: [entry] }));
    };
    await administer("Grant Access", record("grantAccess", { userId: "bob", pattern: "invoice-*", reason: "Audit." }));
    await administer("Grant Access", { userId: "bob", pattern: "order-17" });
    const entityIds = ["invoice-17", "invoice-18", "order-17"];
    let seq = 0;
    await expect
      .poll(async () => {
        seq += 1;
        bob.send({ action: "resume", entityIds, id: String(seq), seq });
        return (await next(bob))["results"];
      })
      .toEqual(entityIds.map((entityId) => ({ entityId })));
    await administer("Withdraw Access", record("withdrawAccess", { userId: "bob", pattern: "order-17" }));
    const ended = await next(bob);
    expect(ended).toMatchObject({ type: "unsubscribed", entityId: "order-17", code: "FORBIDDEN", seq });
    record("ended", { ...ended, seq: 7 });
    await administer("Withdraw Access", record("withdrawAccess", { userId: "bob", pattern: "*" }));
    const endedMany = record("endedMany", await next(bob));
    expect(endedMany["results"]).toHaveLength(2);
    bob.close();
  });

  it("a message without a valid action gets an error frame, and the connection stays usable", async () => {
    const ann = await connectAs("ann");
    for (const message of ['{"action":"shout","id":"2"}', "hello", '{"action":"subscribe","entityId":17,"id":"3"}']) {
      ann.send(message);
      record("error", await ann.json());
    }
    ann.send({ action: "subscribe", entityId: "order-17" });
    expect(await ann.json()).toEqual({ type: "subscribed", entityId: "order-17" });
    ann.close();
  });

  it("equals the documentation's examples: run once with UPDATE_EXAMPLES=1 after a change", () => {
    const text = `${JSON.stringify(exchanged, null, 2)}\n`;
    if (process.env["UPDATE_EXAMPLES"] === "1") writeFileSync(EXCHANGED, text);
    expect(readFileSync(EXCHANGED, "utf8")).toBe(text);
  });
});
