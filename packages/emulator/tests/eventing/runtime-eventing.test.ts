import { EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";
import { expect, it } from "vitest";
import { startEmulator } from "../../src/testing.ts";
import { deferred } from "../support/deferred.ts";
import { type Handler, hanging, type Json } from "../support/handlers.ts";
import { queueToFunction } from "../support/queue-to-function.ts";

const eventing = queueToFunction({ visibilityTimeoutSeconds: 1 });

async function publish(port: number): Promise<void> {
  const credentials = { accessKeyId: "local", secretAccessKey: "local" };
  const client = new EventBridgeClient({ region: "us-east-1", endpoint: `http://127.0.0.1:${port}`, credentials });
  const Entries = [{ Source: "CLI", DetailType: "Entity Updated", Detail: '{"entityId":"order-17"}' }];
  await client.send(new PutEventsCommand({ Entries }));
  client.destroy();
}

it("an event published at the emulator's port reaches the function behind rule and queue", async () => {
  const called = deferred<Json>();
  await using emulator = await startEmulator({
    functions: { Notify: (event) => called.resolve(event) },
    routes: {},
    eventing,
  });
  await publish(emulator.port);
  const { Records } = await called.promise;
  expect(JSON.parse(Records[0].body)).toMatchObject({ source: "CLI", detail: { entityId: "order-17" } });
});

it("a function that fails leaves the message in the queue, where it can be seen", async () => {
  const called = deferred();
  const Notify: Handler = () => {
    called.resolve();
    throw new Error("not now");
  };
  await using emulator = await startEmulator({ functions: { Notify }, routes: {}, eventing });
  await publish(emulator.port);
  await called.promise;
  const report = await (await fetch(`${emulator.endpoint}/_local/queues`)).text();
  expect(report).toContain("updates");
  expect(emulator.recording.failures.map(({ errorMessage }) => errorMessage)).toEqual(["not now"]);
});

it("unfinished work does not delay its end", async () => {
  const { handler: Notify, called } = hanging();
  const emulator = await startEmulator({ functions: { Notify }, routes: {}, eventing });
  await publish(emulator.port);
  await called;
  await emulator.close();
  await expect(fetch(`${emulator.endpoint}/_local/queues`)).rejects.toThrow();
});
