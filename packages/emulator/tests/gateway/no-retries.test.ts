import { expect, it } from "vitest";
import { startEmulator } from "../../src/testing.ts";
import { type Handler, ok } from "../support/handlers.ts";
import { STOPPED } from "../support/stopped-clock.ts";

const fails: Handler = () => {
  throw new Error("down");
};

it("gw:handshake-7 $connect is not invoked again after a failure", async () => {
  await using emulator = await startEmulator({
    functions: { Connect: fails },
    routes: { $connect: "Connect" },
    clock: STOPPED,
  });
  expect(await emulator.handshakeStatus()).toBe(502);
  await emulator.clock.advance(3_600_000);
  await emulator.close();
  expect(emulator.recording.eventsOf("Connect")).toHaveLength(1);
});

it("gw:order-6 the function of a message, or of $disconnect, is not invoked again after a failure", async () => {
  await using emulator = await startEmulator({
    functions: { Connect: ok, Disconnect: fails, Fn: fails },
    routes: { $connect: "Connect", $disconnect: "Disconnect", $default: { function: "Fn", routeResponse: true } },
    clock: STOPPED,
  });
  const client = await emulator.connect();
  client.send("once");
  expect(await client.text()).toContain("Internal server error");
  client.close();
  await client.closed();
  await emulator.clock.advance(3_600_000);
  await emulator.close();
  expect([emulator.recording.eventsOf("Fn").length, emulator.recording.eventsOf("Disconnect").length]).toEqual([1, 1]);
});
