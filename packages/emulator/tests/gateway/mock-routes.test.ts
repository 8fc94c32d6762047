import { expect, it } from "vitest";
import { startEmulator } from "../../src/testing.ts";
import { type Handler, ok } from "../support/handlers.ts";
import { STOPPED } from "../support/stopped-clock.ts";

const MINUTE = 60_000;
const PONG = '{"type":"pong"}';
const pong = { ping: { kind: "reply", text: PONG } } as const;
const echo: Handler = ({ body }) => ({ statusCode: 200, body });

it("gw:route-35 a MOCK route sends its constant, whatever else the message has, and invokes no function", async () => {
  await using emulator = await startEmulator({
    functions: { Echo: echo },
    routes: { $default: { function: "Echo", routeResponse: true } },
    mockRoutes: pong,
  });
  const client = await emulator.connect();
  for (const members of [{}, { id: "7" }, { action: "ping", data: "x".repeat(30_000) }, { type: ["$input", null] }]) {
    client.send({ action: "ping", ...members });
    expect(await client.text()).toBe(PONG);
  }
  expect(emulator.recording.eventsOf("Echo")).toEqual([]);
  const sent = emulator.recording.events.flatMap((event) =>
    event.kind === "frame-sent" ? [[event.source, event.bytes, event.text()]] : [],
  );
  expect(sent).toEqual(Array.from({ length: 4 }, () => ["route-response", 15, PONG]));

  client.send({ action: "Ping" });
  expect(await client.text(), "the action is compared exactly").toBe('{"action":"Ping"}');
});

it("gw:route-36 a MOCK route without a route response sends nothing, and the connection stays usable", async () => {
  await using emulator = await startEmulator({
    functions: { Echo: echo },
    routes: { $default: { function: "Echo", routeResponse: true } },
    mockRoutes: { ping: { kind: "nothing" } },
  });
  const client = await emulator.connect();
  client.send({ action: "ping" });
  client.send("next");
  expect(await client.text()).toBe("next");
  expect(emulator.recording.eventsOf("Echo")).toHaveLength(1);
});

it("gw:limit-6 a message to a MOCK route starts the ten minutes again, with an answer and without", async () => {
  await using emulator = await startEmulator({
    functions: {},
    routes: {},
    mockRoutes: { ...pong, quiet: { kind: "nothing" } },
    clock: STOPPED,
  });
  const client = await emulator.connect();
  for (let minutes = 0; minutes < 60; minutes += 9) {
    await emulator.clock.advance(9 * MINUTE);
    client.send({ action: "ping" });
    expect(await client.text()).toBe(PONG);
  }
  await emulator.clock.advance(9 * MINUTE);
  const quietArrived = emulator.recording.next("frame-received");
  client.send({ action: "quiet" });
  await quietArrived;
  await emulator.clock.advance(10 * MINUTE - 1);
  expect(client.ws.readyState).toBe(client.ws.OPEN);
  await emulator.clock.advance(1);
  expect((await client.closed()).code).toBe(1001);
});

it("gw:route-29 a MOCK route is throttled like every other", async () => {
  await using emulator = await startEmulator({
    functions: { Connect: ok },
    routes: { $connect: "Connect" },
    mockRoutes: pong,
    quotas: { requests: { perSecond: 1, burst: 1 } },
    clock: STOPPED,
  });
  const client = await emulator.connect();
  client.send({ action: "ping" });
  client.send({ action: "ping" });
  expect(await client.text()).toBe(PONG);
  expect(await client.json()).toMatchObject({ message: "Too Many Requests" });
});
