import { once } from "node:events";
import { expect, it } from "vitest";
import type { EmulatorEvent } from "../../src/observer.ts";
import { deferred } from "../support/deferred.ts";
import { ok, startTestRuntime } from "../support/test-runtime.ts";
import { openSocket, upgradeText } from "../support/web-socket-client.ts";

it("a handshake that is under way when the gateway closes gets no 101, and $disconnect is invoked", async () => {
  const asked = deferred();
  const mayAnswer = deferred();
  const events: EmulatorEvent[] = [];
  const runtime = await startTestRuntime({
    handlers: {
      async Connect() {
        asked.resolve();
        await mayAnswer.promise;
        return { statusCode: 200 };
      },
      Disconnect: ok,
    },
    observer: (event) => void events.push(event),
  });
  const client = await openSocket(runtime.port);
  let received = "";
  client.on("data", (chunk) => {
    received += chunk;
  });
  client.on("error", () => {});
  client.write(upgradeText());
  await asked.promise;
  const closed = runtime.close();
  mayAnswer.resolve();
  await Promise.all([closed, once(client, "close")]);
  expect(received).toBe("");
  expect(events.filter(({ kind }) => kind === "handshake-responded")).toEqual([]);
  expect(events).toContainEqual(expect.objectContaining({ kind: "connection-closed", code: 1006, by: "gateway" }));
  expect(runtime.events["Disconnect"]).toHaveLength(1);
});

it("a handshake whose function does not answer ends with the gateway", async () => {
  const asked = deferred();
  const runtime = await startTestRuntime({
    handlers: {
      Connect() {
        asked.resolve();
        return new Promise(() => {});
      },
    },
  });
  const client = await openSocket(runtime.port);
  client.write(upgradeText());
  await asked.promise;
  const ended = once(client, "close");
  await runtime.close();
  await ended;
  expect(client.bytesRead).toBe(0);
});
