import { expect, it } from "vitest";
import { allow, ok, startTestRuntime } from "../support/test-runtime.ts";
import { connect, handshakeStatus } from "../support/web-socket-client.ts";

it("gw:handshake-18 an authorizer without a permission makes a 500, and is not invoked", async () => {
  await using runtime = await startTestRuntime({
    handlers: { Authorizer: allow, Connect: ok },
    authorizer: { permittedStages: [] },
  });

  expect(await handshakeStatus(runtime.url)).toBe(500);
  expect(runtime.events).toEqual({ Authorizer: [], Connect: [] });
});

it("gw:handshake-18 a $connect function without a permission makes a 500, on the stages that lack it", async () => {
  await using runtime = await startTestRuntime({
    handlers: { Connect: ok },
    permittedStages: { $connect: ["other"] },
  });

  expect(await handshakeStatus(runtime.url)).toBe(500);
  expect(await handshakeStatus(runtime.url.replace(/dev$/, "other"))).toBe(101);
  expect(runtime.events["Connect"]).toHaveLength(1);
});

it("gw:route-25 a route's function without a permission makes an error frame, and the client stays connected", async () => {
  await using runtime = await startTestRuntime({
    handlers: { Send: ok, Echo: ({ body }) => ({ statusCode: 200, body }) },
    routes: { send: "Send", echo: "!Echo" },
    permittedStages: { send: [] },
  });
  const client = await connect(runtime.url);
  client.send({ action: "send" });
  const frame = await client.text();
  client.send({ action: "echo" });

  expect(frame).toMatch(/^{"message": "Internal server error", /);
  expect(await client.text()).toBe('{"action":"echo"}');
  expect(runtime.events["Send"]).toEqual([]);
  client.ws.close();
});
