import { request } from "node:http";
import { networkInterfaces } from "node:os";
import { describe, expect, it } from "vitest";
import { deferred } from "../support/deferred.ts";
import { ManualScheduler } from "../support/manual-scheduler.ts";
import { type Handler, startTestRuntime, type TestRuntime } from "../support/test-runtime.ts";

function invoke(
  runtime: TestRuntime,
  name: string,
  body?: string | Uint8Array<ArrayBuffer>,
  headers: Record<string, string> = {},
): Promise<Response> {
  const url = `http://127.0.0.1:${runtime.port}/2015-03-31/functions/${name}/invocations`;
  return fetch(url, { method: "POST", headers, ...(body !== undefined && { body }) });
}

const echo: Handler = (event) => ({ event });

describe("Lambda's Invoke operation", () => {
  it("passes the payload to the function and its result to the caller", async () => {
    await using runtime = await startTestRuntime({ handlers: { Echo: echo } });
    const response = await invoke(runtime, "Echo", '{"userId":"ann"}');
    expect(response.status).toBe(200);
    expect(response.headers.get("x-amz-executed-version")).toBe("$LATEST");
    expect(response.headers.has("x-amz-function-error")).toBe(false);
    expect(await response.json()).toEqual({ event: { userId: "ann" } });
  });

  it("invokes with an empty object if there is no payload, and returns null if there is no result", async () => {
    await using runtime = await startTestRuntime({ handlers: { Echo: echo, Nothing: () => undefined } });
    expect(await (await invoke(runtime, "Echo")).json()).toEqual({ event: {} });
    expect(await (await invoke(runtime, "Nothing")).text()).toBe("null");
  });

  it.each([
    "arn:aws:lambda:us-east-1:123456789012:function:Echo",
    "123456789012:function:Echo",
    "function:Echo",
    "Echo:$LATEST",
  ])("accepts the name %s", async (name) => {
    await using runtime = await startTestRuntime({ handlers: { Echo: echo } });
    expect((await invoke(runtime, encodeURIComponent(name))).status).toBe(200);
  });

  it.each([
    ["an unknown function", "Nope", "{}", 404, "ResourceNotFoundException"],
    ["an unknown version", "Echo:7", "{}", 404, "ResourceNotFoundException"],
    ["a malformed name", "a%20b", "{}", 400, "ValidationException"],
    ["a name with malformed escapes", "%zz", "{}", 400, "ValidationException"],
    ["a payload that is not JSON", "Echo", "{", 400, "InvalidRequestContentException"],
    ["a payload that is not UTF-8", "Echo", new Uint8Array([0x22, 0xff, 0x22]), 400, "InvalidRequestContentException"],
  ])("refuses %s", async (_, name, body, status, type) => {
    await using runtime = await startTestRuntime({ handlers: { Echo: echo } });
    const response = await invoke(runtime, name, body);
    expect([response.status, response.headers.get("x-amzn-errortype")]).toEqual([status, type]);
    expect(runtime.events["Echo"]).toHaveLength(0);
  });

  it("refuses a payload of more than 6 MB, with or without a length in its header", async () => {
    await using runtime = await startTestRuntime({ handlers: { Echo: echo } });
    const chunk = new Uint8Array(1024 * 1024);
    const body = new ReadableStream({
      pull(controller) {
        controller.enqueue(chunk);
        pulled += 1;
        if (pulled === 8) controller.close();
      },
    });
    let pulled = 0;
    const url = `http://127.0.0.1:${runtime.port}/2015-03-31/functions/Echo/invocations`;
    const response = await fetch(url, { method: "POST", body, duplex: "half" } as RequestInit);
    expect(response.status).toBe(413);
    expect(runtime.events["Echo"]).toHaveLength(0);
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
      await using runtime = await startTestRuntime({ handlers: { Fails: handler } });
      const response = await invoke(runtime, "Fails", "{}");
      expect([response.status, response.headers.get("x-amz-function-error")]).toEqual([200, "Unhandled"]);
      expect(await response.json()).toEqual(error);
      expect(runtime.failures).toHaveLength(1);
    },
  );

  it("ends a function at its own timeout", async () => {
    const scheduler = new ManualScheduler();
    const called = deferred();
    const Hangs: Handler = () => {
      called.resolve();
      return new Promise(() => {});
    };
    await using runtime = await startTestRuntime({ handlers: { Hangs }, scheduler });
    const responding = invoke(runtime, "Hangs", "{}");
    await called.promise;
    scheduler.advance(60_000);
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
    await using runtime = await startTestRuntime({ handlers: { Echo: echo } });
    const response = await invoke(runtime, "Echo", "{}", { "X-Amz-Invocation-Type": type });
    expect(response.status).toBe(status);
    expect(runtime.events["Echo"]).toHaveLength(calls);
  });

  it("gives the handler Lambda's context", async () => {
    const scheduler = new ManualScheduler();
    const Context: Handler = (_, context) => {
      const before = context.getRemainingTimeInMillis();
      scheduler.advance(10_000);
      return { ...context, remaining: [before, context.getRemainingTimeInMillis()] };
    };
    await using runtime = await startTestRuntime({ handlers: { Context }, scheduler });
    expect(await (await invoke(runtime, "Context", "{}")).json()).toEqual({
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
    await using runtime = await startTestRuntime({ handlers: { Waits: () => go.promise } });
    const accepted = await Promise.all(
      Array.from({ length: 1_000 }, () => invoke(runtime, "Waits", "{}", { "X-Amz-Invocation-Type": "Event" })),
    );
    expect(new Set(accepted.map(({ status }) => status))).toEqual(new Set([202]));
    expect((await invoke(runtime, "Waits", "{}")).status).toBe(429);
    go.resolve();
    expect((await invoke(runtime, "Waits", "{}")).status).toBe(200);
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
    await using runtime = await startTestRuntime({ handlers: { Echo: echo } });
    const answered = await new Promise<number | undefined>((resolve, reject) => {
      request({ host: "127.0.0.1", port: runtime.port, path, method: "POST", headers }, ({ statusCode }) =>
        resolve(statusCode),
      )
        .on("error", reject)
        .end("{}");
    });
    expect(answered).toBe(status);
    expect(runtime.events["Echo"]).toHaveLength(status === 200 ? 1 : 0);
  });

  it("no other interface has the port", async () => {
    await using runtime = await startTestRuntime({ handlers: { Echo: echo } });
    const others = Object.values(networkInterfaces())
      .flat()
      .filter((address) => address !== undefined && !address.internal && address.family === "IPv4");
    // A machine without a network has only other loopback addresses to try.
    for (const host of [...others.map((address) => address?.address), "127.0.0.2"]) {
      await expect(fetch(`http://${host}:${runtime.port}/dev`)).rejects.toThrow("fetch failed");
    }
  });
});
