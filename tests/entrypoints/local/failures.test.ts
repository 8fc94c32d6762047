import { readFileSync } from "node:fs";
import { EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";
import { connectTo, type TestClient } from "@portcullis/emulator/testing";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { type RunningStack, startLocalStack } from "../../../src/entrypoints/local/start-local-stack.ts";
import { freePort } from "../../support/emulator-parts.ts";

// biome-ignore lint/suspicious/noExplicitAny: frames and reports are looked into
type Json = any;

let runtime: RunningStack;
let bus: EventBridgeClient;
const clients: TestClient[] = [];

beforeAll(async () => {
  const options = { port: await freePort(), stage: "dev", logLevel: "ERROR", parameters: {} } as const;
  runtime = await startLocalStack(options, { warn: () => {} });
  const account = { region: "us-east-1", credentials: { accessKeyId: "local", secretAccessKey: "local" } };
  bus = new EventBridgeClient({ ...account, endpoint: runtime.endpoint });
});

afterAll(async () => {
  bus.destroy();
  await runtime.close();
});

afterEach(() => {
  runtime.faults.clear();
  for (const client of clients.splice(0)) client.terminate();
});

const MINT = "/2015-03-31/functions/CreateTestJwt/invocations";

async function request(method: string, path: string, body?: object): Promise<Json> {
  const response = await fetch(`${runtime.endpoint}${path}`, {
    method,
    ...(body && { body: JSON.stringify(body) }),
  });
  expect(response.status, path).toBe(200);
  return response.json();
}

const advance = (duration: string) => request("PUT", "/_local/clock", { advance: duration });

async function connect(userId: string): Promise<TestClient> {
  const minted = await request("POST", MINT, { userId });
  const client = await connectTo(runtime.url, { subprotocols: ["websocket", minted.authToken] });
  clients.push(client);
  return client;
}

/** A client that follows an entity of its own. */
async function follower(userId: string): Promise<TestClient> {
  const client = await connect(userId);
  client.send({ action: "subscribe", entityId: userId });
  expect(await client.json()).toMatchObject({ type: "subscribed" });
  return client;
}

async function publish(DetailType: string, detail: object): Promise<void> {
  const entry = { Source: "CLI", DetailType, Detail: JSON.stringify(detail) };
  const { FailedEntryCount } = await bus.send(new PutEventsCommand({ Entries: [entry] }));
  expect(FailedEntryCount).toBe(0);
}

const strikes = async () => (await request("GET", "/_local/faults")).faults[0].struck;

const push = (userId: string, message = "news") => publish("Entity Updated", { entityId: userId, message });
const pushToUser = (userId: string) =>
  publish("Send User Push Notification", { userId, message: "news", callback: "https://example.com" });

const connectionsOf = async (userId: string) => {
  const { connections } = await request("GET", "/_local/connections");
  return connections.filter(({ application }: Json) => application?.userId === userId);
};

/** The page, section by section: the title, and the body of the one command. */
const sections = [...readFileSync("docs/failures.md", "utf8").matchAll(/^## (\d+\. [^\n]*)\n\n```sh\n(.*?)```/gms)].map(
  ([, title = "", command = ""]) => {
    const [, body = ""] = /^curl -X PUT http:\/\/127\.0\.0\.1:3001\/_local\/faults -d '(.*)'\n$/.exec(command) ?? [];
    return { title, begin: () => request("PUT", "/_local/faults", JSON.parse(body)) };
  },
);

/** What the page says that one sees, in its order. */
const SEEN: readonly ((begin: () => Promise<unknown>) => Promise<void>)[] = [
  async function disconnectIsLost(begin) {
    const [client, other] = [await follower("ann1"), await follower("bob1")];
    await begin();
    client.close();
    await client.closed();
    await push("ann1");
    await push("bob1");
    expect(await other.json()).toMatchObject({ entityId: "bob1" });
    expect(await strikes()).toBe(1);
  },
  async function halfOpen(begin) {
    const client = await follower("ann2");
    await begin();
    await push("ann2");
    await expect.poll(strikes).toBe(1);
    client.send({ action: "ping" });
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect([client.unread, await connectionsOf("ann2")]).toEqual([0, [expect.anything()]]);
    await advance("10m");
    await client.closed();
  },
  async function everybodyIsCut(begin) {
    const cut = [await follower("ann3"), await follower("bob3")];
    await begin();
    expect(await Promise.all(cut.map(async (client) => (await client.closed()).code))).toEqual([1006, 1006]);
    const back = await connect("ann3");
    back.send({ action: "resume", entityIds: ["ann3"], id: "1", seq: 1 });
    expect(await back.json()).toMatchObject({ type: "resumed" });
    await push("ann3");
    expect(await back.json()).toMatchObject({ entityId: "ann3" });
  },
  async function saidToBeGone(begin) {
    const client = await follower("ann4");
    await begin();
    await advance("1m");
    await push("ann4");
    await expect
      .poll(async () => {
        client.send({ action: "subscribe", entityId: "ann4" });
        return (await client.json()).code;
      })
      .toBe("NOT_CONNECTED");
  },
  async function throttled(begin) {
    const client = await follower("ann5");
    await begin();
    await push("ann5");
    expect(await client.json()).toMatchObject({ entityId: "ann5" });
    await push("ann5", "the next");
    expect(await client.json()).toMatchObject({ message: "the next" });
  },
  async function arrivedAndFailed(begin) {
    const client = await follower("ann6");
    await begin();
    await push("ann6");
    expect((await client.json()).id).toBe((await client.json()).id);
  },
  async function noAnswer(begin) {
    const [client, other] = [await follower("ann7"), await follower("bob7")];
    await begin();
    await push("ann7");
    await expect.poll(strikes).toBe(1);
    await push("bob7");
    expect(await other.json()).toMatchObject({ entityId: "bob7" });
    expect(client.unread).toBe(0);
    expect(await client.json()).toMatchObject({ entityId: "ann7" });
  },
  async function endsAfterItsWork(begin) {
    const client = await follower("ann8");
    await begin();
    await push("ann8");
    const { id } = await client.json();
    await advance("6m");
    expect((await client.json()).id).toBe(id);
  },
  async function wrongClock(begin) {
    const open = await follower("ann9");
    await begin();
    await expect(connect("bob9")).rejects.toMatchObject({ status: 401 });
    await push("ann9");
    expect(await open.json()).toMatchObject({ entityId: "ann9" });
  },
  async function unreadableSecret(begin) {
    const { authToken } = await request("POST", MINT, { userId: "ann10" });
    const attempt = () => connectTo(runtime.url, { subprotocols: ["websocket", authToken] });
    await begin();
    clients.push(await attempt());
    await advance("61m");
    await expect(attempt()).rejects.toMatchObject({ name: "HandshakeRefused", status: 500 });
    runtime.faults.clear();
    await advance("1m");
    await connect("ann10");
  },
  async function throttledStore(begin) {
    await begin();
    await expect(connect("ann11")).rejects.toMatchObject({ status: 500 });
  },
  async function laggingIndex(begin) {
    const client = await follower("ann12");
    await begin();
    await pushToUser("ann12");
    await expect.poll(strikes).toBeGreaterThan(0);
    await push("ann12");
    expect(await client.json()).toMatchObject({ type: "Entity Updated" });
    expect(client.unread).toBe(0);
  },
];

it("the page has a section for each failure that is tried here", () => {
  expect(sections.length).toBe(SEEN.length);
  expect(sections.length).toBeGreaterThanOrEqual(10);
});

it.each(sections.map((section, index) => [section.title, section.begin, SEEN[index]] as const))(
  "docs/failures.md: %s",
  async (_title, begin, seen) => {
    await seen?.(begin);
  },
);
