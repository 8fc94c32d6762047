import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { Clock, Faults, HandshakeRefused, handshakeStatus, startEmulator } from "../../src/testing.ts";
import { allow, type Json, ok } from "../support/handlers.ts";
import { queueToFunction } from "../support/queue-to-function.ts";
import { smallTemplate } from "../support/small-template.ts";

const echo = (event: Json) => ({ statusCode: 200, body: event.body });

describe("startEmulator with an API", () => {
  it("routes, authorizes, and records frames, invocations and events", async () => {
    await using emulator = await startEmulator({
      functions: { Authorize: allow, Connect: ok, Echo: echo },
      routes: { $connect: "Connect", $default: { function: "Echo", routeResponse: true } },
      authorizer: { functionName: "Authorize", identitySources: ["route.request.querystring.key"] },
    });
    await expect(emulator.connect()).rejects.toThrow(HandshakeRefused);
    await expect(emulator.connect()).rejects.toMatchObject({
      status: 401,
      body: expect.stringContaining("Unauthorized"),
    });
    const client = await emulator.connect({ query: { key: "k" }, headers: { "User-Agent": "test" } });
    client.send({ a: 1 });
    expect(await client.json()).toEqual({ a: 1 });

    const { frames, invocations, events, failures } = emulator.recording;
    expect(frames.map(({ direction, text, source }) => [direction, text, source])).toEqual([
      ["in", '{"a":1}', undefined],
      ["out", '{"a":1}', "route-response"],
    ]);
    expect(invocations.map(({ functionName }) => functionName)).toEqual(["Authorize", "Connect", "Echo"]);
    expect(invocations[1]?.event.requestContext).toMatchObject({
      identity: { userAgent: "test" },
      authorizer: { principalId: "ann" },
    });
    expect(invocations[2]).toMatchObject({ event: { body: '{"a":1}' }, result: { statusCode: 200 } });
    expect(emulator.recording.eventsOf("Echo")).toEqual([invocations[2]?.event]);
    expect(events.map(({ kind }) => kind)).toContain("handshake-responded");
    expect(failures).toEqual([]);
    emulator.recording.clear();
    expect([frames, invocations, events, emulator.recording.eventsOf("Echo")]).toEqual([[], [], [], []]);
  });

  it("takes settings of functions, routes and stages, and tells the status of a handshake", async () => {
    await using emulator = await startEmulator({
      functions: { Connect: ok, Off: { handler: echo, reservedConcurrency: 0 } },
      routes: {
        $connect: { function: "Connect", requiredParameters: ["route.request.querystring.room"] },
        $default: { function: "Off", routeResponse: true },
      },
      stages: [{ name: "blue" }, { name: "green", variables: { colour: "green" } }],
    });
    const query = { room: "a" };
    expect([await emulator.handshakeStatus(), await emulator.handshakeStatus({ query })]).toEqual([400, 101]);
    expect(await handshakeStatus(emulator.url.replace("blue", "green"), { query })).toBe(101);
    expect(emulator.recording.eventsOf("Connect").map(({ stageVariables }) => stageVariables)).toEqual([
      undefined,
      { colour: "green" },
    ]);
    const client = await emulator.connect({ query });
    client.send("x");
    expect(await client.json()).toMatchObject({ message: "Internal server error" });
    expect(emulator.recording.eventsOf("Off")).toEqual([]);
  });

  it("invokes functions, whose result or error comes back", async () => {
    const Fn = (event: Json) => (event.fail ? Promise.reject(new RangeError("too far")) : { got: event });
    await using emulator = await startEmulator({ functions: { Fn }, routes: {} });
    expect(await emulator.invoke("Fn")).toEqual({ got: {} });
    expect(await emulator.invoke("Fn", { a: [1] })).toEqual({ got: { a: [1] } });
    expect(await emulator.invoke("Fn", { fail: true })).toMatchObject({ errorType: "RangeError" });
    expect(emulator.recording.failures).toMatchObject([{ errorMessage: "too far" }]);
    expect(await emulator.invoke("None")).toMatchObject({ Message: expect.stringContaining("not found") });
    emulator.recording.clear();
    expect(emulator.recording.failures).toEqual([]);
  });

  it("records the error of a function that fails", async () => {
    await using emulator = await startEmulator({
      functions: {
        Fail: () => {
          throw new TypeError("no");
        },
      },
      routes: { $default: "Fail" },
    });
    const client = await emulator.connect();
    client.send("x");
    await client.text();
    expect(emulator.recording.invocations).toMatchObject([{ error: { errorType: "TypeError", errorMessage: "no" } }]);
    expect(emulator.recording.invocations[0]).not.toHaveProperty("result");
  });

  it("has a clock that ends connections after two hours, though they are used", async () => {
    await using emulator = await startEmulator({ functions: { Any: ok }, routes: { $default: "Any" } });
    const client = await emulator.connect();
    for (let minutes = 0; minutes < 117; minutes += 9) {
      await emulator.clock.advance(9 * 60_000);
      client.send("still here");
      await emulator.recording.next("frame-received");
    }
    expect(client.ws.readyState).toBe(1);
    await emulator.clock.advance(3 * 60_000);
    expect(await client.closed()).toEqual({ code: 1001, reason: "Going away" });
  });

  it("takes a clock, faults and an observer of the test's own", async () => {
    const clock = new Clock({ stopped: true, startAt: 0 });
    const faults = new Faults({ seed: 3 });
    const kinds: string[] = [];
    await using emulator = await startEmulator({
      ...{ functions: { Any: ok }, routes: { $default: "Any" }, clock, faults },
      observer: ({ kind }) => kinds.push(kind),
    });
    await emulator.connect();
    expect([emulator.clock, emulator.faults]).toEqual([clock, faults]);
    expect(emulator.recording.events[0]?.at).toBe(0);
    expect(kinds).toEqual(["handshake-received", "handshake-responded"]);
  });

  it("closes every connection in one call", async () => {
    const emulator = await startEmulator({ functions: { Any: ok }, routes: { $default: "Any" } });
    const client = await emulator.connect();
    await emulator.close();
    expect((await client.closed()).code).toBe(1001);
    await expect(emulator.connect()).rejects.toThrow("ECONNREFUSED");
  });
});

describe("settled", () => {
  it("waits for functions, and for messages that a function is to receive", async () => {
    const calls: string[] = [];
    await using emulator = await startEmulator({
      functions: {
        Notify: async () => {
          await new Promise((resolve) => setTimeout(resolve, 20));
          calls.push("notified");
        },
      },
      routes: {},
      eventing: queueToFunction({ visibilityTimeoutSeconds: 30 }),
    });
    const headers = { authorization: "AWS4-HMAC-SHA256 Credential=x", "x-amz-target": "AWSEvents.PutEvents" };
    const Entries = [{ Source: "CLI", DetailType: "Entity Updated", Detail: "{}" }];
    await fetch(emulator.endpoint, { method: "POST", headers, body: JSON.stringify({ Entries }) });
    await emulator.settled();
    expect(calls).toEqual(["notified"]);
  });
});

/** A template with the functions Fn and Loaded, in a folder of its own with the code of Loaded. */
function writeTemplate(code: string) {
  const folder = mkdtempSync(join(tmpdir(), "emulator-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const template = join(folder, "template.yaml");
  writeFileSync(
    template,
    smallTemplate("Loaded: { Type: AWS::Serverless::Function, Properties: { CodeUri: ., Handler: loaded.handler } }"),
  );
  writeFileSync(join(folder, "index.mjs"), "export const handler = async () => 1;\n");
  const write = (text: string) => writeFileSync(join(folder, "loaded.mjs"), text);
  write(code);
  return { template, write };
}

describe("startEmulator with a template", () => {
  it("runs handlers of the test, and loads the others", async () => {
    const { template } = writeTemplate("export const handler = async () => 'loaded';\n");
    await using emulator = await startEmulator({ template, functions: { Fn: () => "in this process" } });
    expect([await emulator.invoke("Fn"), await emulator.invoke("Loaded")]).toEqual(["in this process", "loaded"]);
    expect(emulator.url).toBe(`ws://127.0.0.1:${emulator.port}/dev`);
  });

  it("loads edited code if it is to watch, without handlers of the test", async () => {
    const { template, write } = writeTemplate("export const handler = async () => 'loaded';\n");
    await using emulator = await startEmulator({ template, watch: true, warn: () => {} });
    expect(await emulator.invoke("Loaded")).toBe("loaded");
    write("export const handler = async () => 'edited';\n");
    await expect.poll(() => emulator.invoke("Loaded"), { timeout: 10_000 }).toBe("edited");
    const both = startEmulator({ template, watch: true, functions: { Fn: () => 1 } });
    await expect(both).rejects.toThrow("watch is for functions in threads");
  });
});
