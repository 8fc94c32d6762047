import { EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";
import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { describe, expect, inject, it } from "vitest";
import { connectTo, startEmulator, type TestEmulator } from "../../src/testing.ts";
import { ownDynamodb } from "../support/dynamodb.ts";

const FIXTURES = "packages/emulator/tests/fixtures";
const CALLER = { region: "us-east-1", credentials: { accessKeyId: "local", secretAccessKey: "local" } };

const withoutWarnings = { warn: () => {} };

async function start(name: string) {
  const { endpoints, account, items } = await ownDynamodb();
  const template = `${FIXTURES}/${name}/template.yaml`;
  return { emulator: await startEmulator({ template, endpoints, account, ...withoutWarnings }), items };
}

async function publish({ endpoint }: TestEmulator, DetailType: string, detail: object): Promise<void> {
  const entry = { Source: "tests", DetailType, Detail: JSON.stringify(detail) };
  const { FailedEntryCount } = await new EventBridgeClient({ ...CALLER, endpoint }).send(
    new PutEventsCommand({ Entries: [entry] }),
  );
  expect(FailedEntryCount).toBe(0);
}

/** Waits until a function has ended, and nothing else runs. */
async function ended({ recording, settled }: TestEmulator, functionName: string): Promise<void> {
  await recording.next("invocation-ended", (event) => event.functionName === functionName);
  await settled();
}

const failures = ({ recording }: TestEmulator) => recording.invocations.filter(({ error }) => error !== undefined);

describe.skipIf(!inject("containerEngine"))("gw:template-23 unmodified, against DynamoDB Local", () => {
  it("connections: each is an item of the table, from $connect to $disconnect", async () => {
    const { emulator, items } = await start("connections");
    await using _ = emulator;
    const [first, second] = [await emulator.connect(), await emulator.connect()];
    const ids = emulator.recording.invocations.map(({ event }) => event.requestContext.connectionId);

    const stored = await items("connections");
    expect(stored.map(({ pk }) => pk?.S).sort()).toEqual(ids.toSorted());
    const hours = (Number(stored[0]?.["ttl"]?.N) - emulator.clock.now() / 1000) / 3600;
    expect(hours).toBeCloseTo(24, 1);

    const closed = ended(emulator, "CloseFunction");
    first.close();
    await closed;
    expect((await items("connections")).map(({ pk }) => pk?.S)).toEqual([ids[1]]);
    expect(failures(emulator)).toEqual([]);
    second.terminate();
  });

  it("entity-subscriptions: updates reach those who follow the entity", async () => {
    const { emulator, items } = await start("entity-subscriptions");
    await using _ = emulator;
    const [ann, ben] = [await emulator.connect(), await emulator.connect()];
    for (const [client, entityId] of [
      [ann, "e1"],
      [ann, "e2"],
      [ben, "e2"],
    ] as const) {
      client.send({ action: "subscribe", entityId });
      expect(await client.json()).toEqual({ type: "subscribed", entityId });
    }

    await publish(emulator, "Entity Updated", { entityId: "e1", message: "one" });
    expect(await ann.json()).toEqual({ type: "updated", entityId: "e1", message: "one" });
    const unsubscribed = ended(emulator, "UnsubscribeFunction");
    ann.send({ action: "unsubscribe", entityId: "e2" });
    await unsubscribed;
    expect(await items("Subscriptions")).toHaveLength(2);
    await publish(emulator, "Entity Updated", { entityId: "e2", message: "two" });
    expect(await ben.json()).toEqual({ type: "updated", entityId: "e2", message: "two" });
    await publish(emulator, "Entity Deleted", { entityId: "e2", message: "no rule matches" });
    await emulator.settled();
    expect([ann.unread, ben.unread]).toEqual([0, 0]);
    expect(failures(emulator)).toEqual([]);
  });

  it("gw:event-33 user-notifications: an event reaches all connections of its user", async () => {
    const { emulator } = await start("user-notifications");
    await using _ = emulator;
    await expect(emulator.connect()).rejects.toMatchObject({ status: 400 });
    const connect = (user: string) => emulator.connect({ query: { user } });
    const [laptop, phone, other] = [await connect("ann"), await connect("ann"), await connect("ben")];

    await publish(emulator, "Notify User", { userId: "ann", message: "hello" });
    const notification = { type: "notification", message: "hello" };
    expect([await laptop.json(), await phone.json()]).toEqual([notification, notification]);
    await emulator.settled();
    expect(other.unread).toBe(0);
    expect(emulator.recording.invocations.at(-1)?.result).toEqual({ batchItemFailures: [] });
  });

  it("gw:event-33 chat: what one says all hear, at the address that the event names; who has gone is forgotten", async () => {
    const { emulator, items } = await start("chat");
    await using _ = emulator;
    const [ann, ben, cam] = [await emulator.connect(), await emulator.connect(), await emulator.connect()];
    ann.send({ action: "say", data: "hi" });
    expect([await ann.text(), await ben.text(), await cam.text()]).toEqual(["hi", "hi", "hi"]);
    await emulator.settled();

    const left = ended(emulator, "LeaveFunction");
    ben.close();
    await left;
    expect(await items("room")).toHaveLength(2);

    emulator.faults.set([{ kind: "disconnect-lost" }]);
    const lost = emulator.recording.next("fault-struck");
    cam.close();
    await lost;
    expect(await items("room")).toHaveLength(2);
    const said = ended(emulator, "SayFunction");
    ann.send({ action: "say", data: "alone" });
    expect(await ann.text()).toBe("alone");
    await said;
    expect(await items("room")).toHaveLength(1);
    expect(failures(emulator)).toEqual([]);
  });
});

describe("gw:template-23 unmodified, without a table", () => {
  it("gw:subprotocol-5 jwt-authorizer: a token in the offer opens a connection, and nothing else does", async () => {
    const parameters = { TokenKey: "only-for-tests-0123456789abcdef0" };
    const template = `${FIXTURES}/jwt-authorizer/template.yaml`;
    await using emulator = await startEmulator({ template, parameters, ...withoutWarnings });
    const { Payload = [] } = await new LambdaClient({ ...CALLER, endpoint: emulator.endpoint }).send(
      new InvokeCommand({ FunctionName: "mint", Payload: JSON.stringify({ userId: "ann", name: "Ann" }) }),
    );
    const { token } = JSON.parse(Buffer.from(Payload).toString());

    emulator.recording.clear();
    await expect(emulator.connect()).rejects.toMatchObject({ status: 401 });
    expect(emulator.recording.invocations).toEqual([]);
    for (const subprotocols of [["websocket"], ["websocket", `${token.slice(0, -4)}AAAA`], [token]]) {
      await expect(emulator.connect({ subprotocols })).rejects.toMatchObject({ status: 401 });
    }
    const client = await emulator.connect({ subprotocols: ["websocket", token] });
    expect(client.headers["sec-websocket-protocol"]).toBe("websocket");
    const opened = emulator.recording.invocations.filter(({ functionName }) => functionName === "OpenFunction");
    expect(opened.map(({ event }) => event.requestContext.authorizer)).toMatchObject([
      { principalId: "ann", userId: "ann", fullName: "Ann" },
    ]);
  });

  it("custom-domain: a route of two parts replies with the host that the client asked for", async () => {
    const warnings: string[] = [];
    const warn = (line: string) => void warnings.push(line);
    const parameters = { DeployDomain: "true", Domain: "ws.example.com", Zone: "Z1" };
    const template = `${FIXTURES}/custom-domain/template.yaml`;
    await using emulator = await startEmulator({ template, parameters, warn });
    const [client, named] = [
      await emulator.connect(),
      await connectTo(`ws://127.0.0.1:${emulator.port}/`, { headers: { Host: "ws.example.com" } }),
    ];
    const status = { type: "status", color: "blue" };
    for (const [one, domain] of [
      [client, `127.0.0.1:${emulator.port}`],
      [named, "ws.example.com"],
    ] as const) {
      one.send({ service: "service", action: "status" });
      expect(await one.json()).toEqual({ ...status, domain });
    }
    client.send({ service: "service", action: "other" });
    expect(await client.json()).toMatchObject({ message: "Forbidden" });
    expect(warnings).toEqual([]);
  });
});
