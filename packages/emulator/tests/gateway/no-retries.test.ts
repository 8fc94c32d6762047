import { expect, it } from "vitest";
import { ManualScheduler } from "../support/manual-scheduler.ts";
import { type Handler, ok, startTestRuntime } from "../support/test-runtime.ts";
import { connect, handshakeStatus } from "../support/web-socket-client.ts";

const fails: Handler = () => {
  throw new Error("down");
};

it("gw:handshake-7 $connect is not invoked again after a failure", async () => {
  const scheduler = new ManualScheduler();
  await using runtime = await startTestRuntime({ handlers: { Connect: fails }, scheduler });
  expect(await handshakeStatus(runtime.url)).toBe(502);
  scheduler.advance(3_600_000);
  await runtime.close();
  expect(runtime.events["Connect"]).toHaveLength(1);
});

it("gw:order-6 the function of a message, or of $disconnect, is not invoked again after a failure", async () => {
  const scheduler = new ManualScheduler();
  await using runtime = await startTestRuntime({
    handlers: { Connect: ok, Disconnect: fails, Fn: fails },
    routes: { $default: "!Fn" },
    scheduler,
  });
  const client = await connect(runtime.url);
  client.send("once");
  expect(await client.text()).toContain("Internal server error");
  client.ws.close();
  await client.closed();
  scheduler.advance(3_600_000);
  await runtime.close();
  expect([runtime.events["Fn"]?.length, runtime.events["Disconnect"]?.length]).toEqual([1, 1]);
});
