import { EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";
import { expect, it } from "vitest";
import { deferred } from "../support/deferred.ts";
import { queueToFunction } from "../support/queue-to-function.ts";
import { type Handler, type Json, startTestRuntime } from "../support/test-runtime.ts";

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
  await using runtime = await startTestRuntime({ handlers: { Notify: (event) => called.resolve(event) }, eventing });
  await publish(runtime.port);
  const { Records } = await called.promise;
  expect(JSON.parse(Records[0].body)).toMatchObject({ source: "CLI", detail: { entityId: "order-17" } });
});

it("a function that fails leaves the message in the queue, where it can be seen", async () => {
  const called = deferred();
  const Notify: Handler = () => {
    called.resolve();
    throw new Error("not now");
  };
  await using runtime = await startTestRuntime({ handlers: { Notify }, eventing });
  await publish(runtime.port);
  await called.promise;
  const report = await (await fetch(`http://127.0.0.1:${runtime.port}/_local/queues`)).text();
  expect(report).toContain("updates");
  expect(runtime.failures.map(({ errorMessage }) => errorMessage)).toEqual(["not now"]);
});

it("unfinished work does not delay its end", async () => {
  const called = deferred();
  const Notify: Handler = () => {
    called.resolve();
    return new Promise(() => {});
  };
  const runtime = await startTestRuntime({ handlers: { Notify }, eventing });
  await publish(runtime.port);
  await called.promise;
  await runtime.close();
  await expect(fetch(`http://127.0.0.1:${runtime.port}/_local/queues`)).rejects.toThrow();
});
