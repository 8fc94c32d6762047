import { request } from "node:http";
import { networkInterfaces } from "node:os";
import { describe, expect, it } from "vitest";
import { startEmulator, type TestEmulator } from "../../src/testing.ts";
import { deferred } from "../support/deferred.ts";
import { type Handler, hanging } from "../support/handlers.ts";
import { STOPPED } from "../support/stopped-clock.ts";

function invoke(
  emulator: TestEmulator,
  name: string,
  body?: string | Uint8Array<ArrayBuffer>,
  headers: Record<string, string> = {},
): Promise<Response> {
  const url = `${emulator.endpoint}/2015-03-31/functions/${name}/invocations`;
  return fetch(url, { method: "POST", headers, ...(body !== undefined && { body }) });
}

const echo: Handler = (event) => ({ event });

describe("Lambda's Invoke operation", () => {
  it("passes the payload to the function and its result to the caller", async () => {
    await using emulator = await startEmulator({ functions: { Echo: echo }, routes: {} });
    const response = await invoke(emulator, "Echo", '{"userId":"ann"}');
    expect(response.status).toBe(200);
    expect(response.headers.get("x-amz-executed-version")).toBe("$LATEST");
    expect(response.headers.has("x-amz-function-error")).toBe(false);
    expect(await response.json()).toEqual({ event: { userId: "ann" } });
  });

  it("invokes with an empty object if there is no payload, and returns null if there is no result", async () => {
    await using emulator = await startEmulator({ functions: { Echo: echo, Nothing: () => undefined }, routes: {} });
    expect(await (await invoke(emulator, "Echo")).json()).toEqual({ event: {} });
    expect(await (await invoke(emulator, "Nothing")).text()).toBe("null");
  });

  it.each([
    "arn:aws:lambda:us-east-1:123456789012:function:Echo",
    "123456789012:function:Echo",
    "function:Echo",
    "Echo:$LATEST",
  ])("accepts the name %s", async (name) => {
    await using emulator = await startEmulator({ functions: { Echo: echo }, routes: {} });
    expect((await invoke(emulator, encodeURIComponent(name))).status).toBe(200);
  });

  it.each([
    ["an unknown function", "Nope", "{}", 404, "ResourceNotFoundException"],
    ["an unknown version", "Echo:7", "{}", 404, "ResourceNotFoundException"],
    ["a malformed name", "a%20b", "{}", 400, "ValidationException"],
    ["a name with malformed escapes", "%zz", "{}", 400, "ValidationException"],
    ["a payload that is not JSON", "Echo", "{", 400, "InvalidRequestContentException"],
    ["a payload that is not UTF-8", "Echo", new Uint8Array([0x22, 0xff, 0x22]), 400, "InvalidRequestContentException"],
  ])("refuses %s", async (_, name, body, status, type) => {
    await using emulator = await startEmulator({ functions: { Echo: echo }, routes: {} });
    const response = await invoke(emulator, name, body);
    expect([response.status, response.headers.get("x-amzn-errortype")]).toEqual([status, type]);
    expect(emulator.recording.eventsOf("Echo")).toHaveLength(0);
  });

  it("refuses a payload of more than 6 MB, with or without a length in its header", async () => {
    await using emulator = await startEmulator({ functions: { Echo: echo }, routes: {} });
    const chunk = new Uint8Array(1024 * 1024);
    const body = new ReadableStream({
      pull(controller) {
        controller.enqueue(chunk);
        pulled += 1;
        if (pulled === 8) controller.close();
      },
    });
    let pulled = 0;
    const url = `${emulator.endpoint}/2015-03-31/functions/Echo/invocations`;
    const response = await fetch(url, { method: "POST", body, duplex: "half" } as RequestInit);
    expect(response.status).toBe(413);
    expect(emulator.recording.eventsOf("Echo")).toHaveLength(0);
  });

  it.each([
    [
      "an error",
      () => Promise.reject(new RangeError("too far")),
      { errorType: "RangeError", errorMessage: "too far", trace: expect.arrayContaining(["RangeError: too far"]) },
    ],
    ["a text", () => Promise.reject("just text"), { errorType: "string", errorMessage: "just text", trace: [] }],
    [
      "a result that JSON does not have",
      () => 1n,
      { errorType: "TypeError", errorMessage: expect.any(String), trace: expect.any(Array) },
    ],
    [
      "a result of more than 6 MB",
      () => "x".repeat(6 * 1024 * 1024),
      { errorType: "Function.ResponseSizeTooLarge", errorMessage: expect.any(String), trace: [] },
    ],
  ] satisfies [string, Handler, object][])(
    "reports %s of the function with status 200 and a header",
    async (_, handler, error) => {
      await using emulator = await startEmulator({ functions: { Fails: handler }, routes: {} });
      const response = await invoke(emulator, "Fails", "{}");
      expect([response.status, response.headers.get("x-amz-function-error")]).toEqual([200, "Unhandled"]);
      expect(await response.json()).toEqual(error);
      expect(emulator.recording.failures).toHaveLength(1);
    },
  );

  it("ends a function at its own timeout", async () => {
    const { handler: Hangs, called } = hanging();
    await using emulator = await startEmulator({ functions: { Hangs }, routes: {}, clock: STOPPED });
    const responding = invoke(emulator, "Hangs", "{}");
    await called;
    await emulator.clock.advance(60_000);
    expect(await (await responding).json()).toMatchObject({
      errorType: "Sandbox.Timedout",
      errorMessage: expect.stringMatching(/^RequestId: [0-9a-f-]{36} Error: Task timed out after 60\.00 seconds$/),
    });
  });

  it.each([
    ["Event", 202, 1],
    ["DryRun", 204, 0],
    ["Other", 400, 0],
  ])("invocation type %s", async (type, status, calls) => {
    await using emulator = await startEmulator({ functions: { Echo: echo }, routes: {} });
    const response = await invoke(emulator, "Echo", "{}", { "X-Amz-Invocation-Type": type });
    expect(response.status).toBe(status);
    expect(emulator.recording.eventsOf("Echo")).toHaveLength(calls);
  });

  it("gives the handler Lambda's context", async () => {
    const Context: Handler = async (_, context) => {
      const before = context.getRemainingTimeInMillis();
      await emulator.clock.advance(10_000);
      return { ...context, remaining: [before, context.getRemainingTimeInMillis()] };
    };
    await using emulator = await startEmulator({ functions: { Context }, routes: {}, clock: STOPPED });
    expect(await (await invoke(emulator, "Context", "{}")).json()).toEqual({
      callbackWaitsForEmptyEventLoop: true,
      functionName: "Context",
      functionVersion: "$LATEST",
      invokedFunctionArn: "arn:aws:lambda:us-east-1:123456789012:function:Context",
      memoryLimitInMB: "128",
      awsRequestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      logGroupName: "/aws/lambda/Context",
      logStreamName: "local",
      remaining: [60_000, 50_000],
    });
  });

  it("runs 1,000 at once and throttles the next", async () => {
    const go = deferred();
    await using emulator = await startEmulator({ functions: { Waits: () => go.promise }, routes: {} });
    const accepted = await Promise.all(
      Array.from({ length: 1_000 }, () => invoke(emulator, "Waits", "{}", { "X-Amz-Invocation-Type": "Event" })),
    );
    expect(new Set(accepted.map(({ status }) => status))).toEqual(new Set([202]));
    expect((await invoke(emulator, "Waits", "{}")).status).toBe(429);
    go.resolve();
    expect((await invoke(emulator, "Waits", "{}")).status).toBe(200);
  });
});

describe("attack:P6 the port is for this machine only", () => {
  const path = "/2015-03-31/functions/Echo/invocations";
  it.each([
    ["a foreign host (DNS rebinding)", { Host: "evil.example:3001" }, 403],
    ["a foreign page's request", { Origin: "https://evil.example" }, 403],
    ["a sandboxed page's request", { Origin: "null" }, 403],
    ["localhost", { Host: "localhost:3001" }, 200],
    ["a local page's request", { Origin: "http://localhost:5173" }, 200],
  ])("%s", async (_, headers, status) => {
    await using emulator = await startEmulator({ functions: { Echo: echo }, routes: {} });
    const answered = await new Promise<number | undefined>((resolve, reject) => {
      request({ host: "127.0.0.1", port: emulator.port, path, method: "POST", headers }, ({ statusCode }) =>
        resolve(statusCode),
      )
        .on("error", reject)
        .end("{}");
    });
    expect(answered).toBe(status);
    expect(emulator.recording.eventsOf("Echo")).toHaveLength(status === 200 ? 1 : 0);
  });

  it("no other interface has the port", async () => {
    await using emulator = await startEmulator({ functions: { Echo: echo }, routes: {} });
    const others = Object.values(networkInterfaces())
      .flat()
      .filter((address) => address !== undefined && !address.internal && address.family === "IPv4");
    // A machine without a network has only other loopback addresses to try.
    for (const host of [...others.map((address) => address?.address), "127.0.0.2"]) {
      await expect(fetch(`http://${host}:${emulator.port}/dev`)).rejects.toThrow("fetch failed");
    }
  });
});
