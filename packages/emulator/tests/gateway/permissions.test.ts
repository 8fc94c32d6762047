import { expect, it } from "vitest";
import { handshakeStatus, startEmulator } from "../../src/testing.ts";
import { allow, ok } from "../support/handlers.ts";

it("gw:handshake-18 an authorizer without a permission makes a 500, and is not invoked", async () => {
  await using emulator = await startEmulator({
    functions: { Authorizer: allow, Connect: ok },
    routes: { $connect: "Connect" },
    authorizer: { functionName: "Authorizer", permittedStages: [] },
  });

  expect(await emulator.handshakeStatus()).toBe(500);
  expect(emulator.recording.invocations).toEqual([]);
});

it("gw:handshake-18 a $connect function without a permission makes a 500, on the stages that lack it", async () => {
  await using emulator = await startEmulator({
    functions: { Connect: ok },
    routes: { $connect: { function: "Connect", permittedStages: ["other"] } },
    stages: [{ name: "dev" }, { name: "other" }],
  });

  expect(await emulator.handshakeStatus()).toBe(500);
  expect(await handshakeStatus(emulator.url.replace(/dev$/, "other"))).toBe(101);
  expect(emulator.recording.eventsOf("Connect")).toHaveLength(1);
});

it("gw:route-25 a route's function without a permission makes an error frame, and the client stays connected", async () => {
  await using emulator = await startEmulator({
    functions: { Send: ok, Echo: ({ body }) => ({ statusCode: 200, body }) },
    routes: { send: { function: "Send", permittedStages: [] }, echo: { function: "Echo", routeResponse: true } },
  });
  const client = await emulator.connect();
  client.send({ action: "send" });
  const frame = await client.text();
  client.send({ action: "echo" });

  expect(frame).toMatch(/^{"message": "Internal server error", /);
  expect(await client.text()).toBe('{"action":"echo"}');
  expect(emulator.recording.eventsOf("Send")).toEqual([]);
  client.close();
});
