import { expect, it } from "vitest";
import { deferred } from "../support/deferred.ts";
import { ManualScheduler } from "../support/manual-scheduler.ts";
import { type Handler, ok, startTestRuntime } from "../support/test-runtime.ts";
import { connect } from "../support/web-socket-client.ts";

const MINUTE = 60_000;
const PONG = '{"type":"pong"}';
const pong = { ping: { kind: "reply", text: PONG } } as const;
const echo: Handler = ({ body }) => ({ statusCode: 200, body });

it("gw:route-35 a MOCK route sends its constant, whatever else the message has, and invokes no function", async () => {
  const sent: unknown[] = [];
  await using runtime = await startTestRuntime({
    handlers: { Echo: echo },
    routes: { $default: "!Echo" },
    mockRoutes: pong,
    observer: (event) => {
      if (event.kind === "frame-sent") sent.push([event.source, event.bytes, event.text()]);
    },
  });
  const client = await connect(runtime.url);
  for (const members of [{}, { id: "7" }, { action: "ping", data: "x".repeat(30_000) }, { type: ["$input", null] }]) {
    client.send({ action: "ping", ...members });
    expect(await client.text()).toBe(PONG);
  }
  expect(runtime.events["Echo"]).toEqual([]);
  expect(sent).toEqual(Array.from({ length: 4 }, () => ["route-response", 15, PONG]));

  client.send({ action: "Ping" });
  expect(await client.text(), "the action is compared exactly").toBe('{"action":"Ping"}');
});

it("gw:route-36 a MOCK route without a route response sends nothing, and the connection stays usable", async () => {
  await using runtime = await startTestRuntime({
    handlers: { Echo: echo },
    routes: { $default: "!Echo" },
    mockRoutes: { ping: { kind: "nothing" } },
  });
  const client = await connect(runtime.url);
  client.send({ action: "ping" });
  client.send("next");
  expect(await client.text()).toBe("next");
  expect(runtime.events["Echo"]).toHaveLength(1);
});

it("gw:limit-6 a message to a MOCK route starts the ten minutes again, with an answer and without", async () => {
  const scheduler = new ManualScheduler();
  const quietArrived = deferred();
  await using runtime = await startTestRuntime({
    handlers: {},
    mockRoutes: { ...pong, quiet: { kind: "nothing" } },
    scheduler,
    observer: (event) => {
      if (event.kind === "frame-received" && event.text().includes("quiet")) quietArrived.resolve();
    },
  });
  const client = await connect(runtime.url);
  for (let minutes = 0; minutes < 60; minutes += 9) {
    scheduler.advance(9 * MINUTE);
    client.send({ action: "ping" });
    expect(await client.text()).toBe(PONG);
  }
  scheduler.advance(9 * MINUTE);
  client.send({ action: "quiet" });
  await quietArrived.promise;
  scheduler.advance(10 * MINUTE - 1);
  expect(client.ws.readyState).toBe(client.ws.OPEN);
  scheduler.advance(1);
  expect((await client.closed()).code).toBe(1001);
});

it("gw:route-29 a MOCK route is throttled like every other", async () => {
  await using runtime = await startTestRuntime({
    handlers: { Connect: ok },
    mockRoutes: pong,
    quotas: { requests: { perSecond: 1, burst: 1 } },
    scheduler: new ManualScheduler(),
  });
  const client = await connect(runtime.url);
  client.send({ action: "ping" });
  client.send({ action: "ping" });
  expect(await client.text()).toBe(PONG);
  expect(JSON.parse(await client.text())).toMatchObject({ message: "Too Many Requests" });
});
