import { once } from "node:events";
import { expect, it } from "vitest";
import { startEmulator } from "../../src/testing.ts";
import { deferred } from "../support/deferred.ts";
import { hanging, ok } from "../support/handlers.ts";
import { openSocket, upgradeText } from "../support/raw-socket.ts";

it("a handshake that is under way when the gateway closes gets no 101, and $disconnect is invoked", async () => {
  const asked = deferred();
  const mayAnswer = deferred();
  const emulator = await startEmulator({
    functions: {
      async Connect() {
        asked.resolve();
        await mayAnswer.promise;
        return { statusCode: 200 };
      },
      Disconnect: ok,
    },
    routes: { $connect: "Connect", $disconnect: "Disconnect" },
  });
  const client = await openSocket(emulator.port);
  let received = "";
  client.on("data", (chunk) => {
    received += chunk;
  });
  client.on("error", () => {});
  client.write(upgradeText());
  await asked.promise;
  const closed = emulator.close();
  mayAnswer.resolve();
  await Promise.all([closed, once(client, "close")]);
  expect(received).toBe("");
  const { events } = emulator.recording;
  expect(events.filter(({ kind }) => kind === "handshake-responded")).toEqual([]);
  expect(events).toContainEqual(expect.objectContaining({ kind: "connection-closed", code: 1006, by: "gateway" }));
  expect(emulator.recording.eventsOf("Disconnect")).toHaveLength(1);
});

it("a handshake whose function does not answer ends with the gateway", async () => {
  const { handler: Connect, called } = hanging();
  const emulator = await startEmulator({ functions: { Connect }, routes: { $connect: "Connect" } });
  const client = await openSocket(emulator.port);
  client.write(upgradeText());
  await called;
  const ended = once(client, "close");
  await emulator.close();
  await ended;
  expect(client.bytesRead).toBe(0);
});
