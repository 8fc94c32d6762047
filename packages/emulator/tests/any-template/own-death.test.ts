import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { FunctionOutput } from "../../src/lambda/worker-pool.ts";
import { startEmulator, type TestEmulator } from "../../src/testing.ts";
import { heldResponse } from "../support/held-response.ts";

const TEMPLATE = "packages/emulator/tests/fixtures/workers/faults.yaml";

const PATIENT = { timeout: 10_000 };

const output: FunctionOutput[] = [];
let emulator: TestEmulator;

beforeAll(async () => {
  emulator = await startEmulator({ template: TEMPLATE, output: (line) => output.push(line) });
});

afterAll(() => emulator.close());

const exitError = (text: string) => ({
  errorType: "Runtime.ExitError",
  errorMessage: expect.stringMatching(new RegExp(`^RequestId: [0-9a-f-]{36} Error: Runtime exited ${text}$`)),
  trace: [],
});

describe("a function in a worker thread", () => {
  it.each([
    ["throws", { do: "throw" }, { errorType: "RangeError", errorMessage: "too far" }],
    ["throws in a timer", { do: "timer" }, { errorType: "RangeError", errorMessage: "in a timer" }],
    [
      "leaves a rejection",
      { do: "reject" },
      { errorType: "Runtime.UnhandledPromiseRejection", errorMessage: "TypeError: not handled" },
    ],
    ["exits", { do: "exit", code: 4 }, exitError("with error: exit status 4")],
    ["exits without an error", { do: "exit", code: 0 }, exitError("without providing a reason")],
    [
      "fills its memory",
      { do: "memory" },
      {
        errorType: "Runtime.OutOfMemory",
        errorMessage: expect.stringMatching(/^RequestId: .* Error: Runtime exited with error: signal: killed$/),
      },
    ],
  ])("that %s fails its own invocation, and no other", async (_, event, error) => {
    const client = await emulator.connect();
    expect(await emulator.invoke("Faults", event)).toMatchObject(error);
    client.send({ action: "echo" });
    expect(await client.text()).toContain("echo");
    client.terminate();
    const { invocations } = await emulator.invoke("Faults", { do: "count" });
    // An error of the handler leaves its thread as it is; every other fault ends it.
    if (event.do !== "throw") expect(invocations).toBe(1);
  });

  it("is ended in a busy loop when its time is over, while another function answers", async () => {
    await using own = await startEmulator({ template: TEMPLATE, clock: { stopped: true } });
    const { clock, invoke } = own;
    await invoke("Faults", { do: "count" });
    const looping = invoke("Faults", { do: "loop" });
    expect(await invoke("Typed", { name: "ann" })).toEqual({ greeting: "hello ann" });
    await expect.poll(() => clock.pending, PATIENT).toBeGreaterThan(1);
    await clock.advance(30_000);
    expect(await looping).toMatchObject({
      errorType: "Sandbox.Timedout",
      errorMessage: expect.stringMatching(/^RequestId: .* Error: Task timed out after 30\.00 seconds$/),
    });
    expect(await invoke("Faults", { do: "count" })).toMatchObject({ invocations: 1 });
  });

  it("has its own environment and globals, which no other function and no other thread sees", async () => {
    await emulator.invoke("Faults", { do: "change" });
    expect(await emulator.invoke("Faults", { do: "look" })).toEqual({
      ...{ name: "changed", changed: true, main: true, port: null },
    });
    await emulator.invoke("Faults", { do: "exit", code: 1 });
    expect(await emulator.invoke("Faults", { do: "look" })).toMatchObject({ name: "faults", changed: false });
    expect(process.env["AWS_LAMBDA_FUNCTION_NAME"]).toBeUndefined();
    const variables = await emulator.invoke("Faults", { do: "environment" });
    expect(variables).toMatchObject({
      ...{ NAME: "faults", AWS_LAMBDA_FUNCTION_NAME: "Faults", AWS_EXECUTION_ENV: "AWS_Lambda_nodejs24.x" },
      ...{ AWS_ENDPOINT_URL: emulator.endpoint, AWS_CONFIG_FILE: "/dev/null" },
      LAMBDA_TASK_ROOT: expect.stringMatching(/fixtures\/workers\/faults$/),
    });
    expect(variables).not.toHaveProperty("HOME");
  });

  it("is reported to the observer as a function of the process is", async () => {
    await emulator.invoke("Faults", { do: "exit", code: 7 });
    const ended = emulator.recording.events.findLast(({ kind }) => kind === "invocation-ended");
    expect(ended).toMatchObject({
      functionName: "Faults",
      outcome: { kind: "failed", error: { errorType: "Runtime.ExitError" } },
    });
  });
});

describe("the threads of a function", () => {
  it("run one invocation at a time: two at once have two threads, each with its own modules", async () => {
    const { invocations } = await emulator.invoke("Faults", { do: "count" });
    const { url, called, release } = await heldResponse();
    const held = emulator.invoke("Faults", { do: "wait", url });
    await expect.poll(called, PATIENT).toBe(1);
    expect(await emulator.invoke("Faults", { do: "count" })).toMatchObject({ invocations: 1 });
    release();
    expect(await held).toBe("released");
    // The thread that was used last is used again.
    expect(await emulator.invoke("Faults", { do: "count" })).toMatchObject({ invocations: invocations + 2 });
  });

  it("freeze after the result: what an invocation leaves goes on in the next one", async () => {
    const { late } = await emulator.invoke("Faults", { do: "count" });
    await emulator.invoke("Faults", { do: "later" });
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await emulator.invoke("Faults", { do: "hold", millis: 5 })).toBeNull();
    expect(await emulator.invoke("Faults", { do: "count" })).toMatchObject({ late: late + 1 });
    await emulator.invoke("Faults", { do: "faultLater" });
    expect(await emulator.invoke("Faults", { do: "hold", millis: 1_000 })).toMatchObject({
      errorMessage: "of the invocation before",
    });
  });

  it("hand on what they write, in whole lines, each with its invocation", async () => {
    output.length = 0;
    await emulator.invoke("Faults", { do: "write" });
    const requestId = emulator.recording.events.findLast((event) => event.kind === "invocation-ended")?.requestId;
    const common = { functionName: "Faults", requestId };
    expect(output).toEqual([
      { ...common, stream: "stdout", line: "a line" },
      { ...common, stream: "stderr", line: "an error" },
      { ...common, stream: "stdout", line: "and one more" },
      { ...common, stream: "stdout", line: "the rest" },
    ]);
  });

  it("wait while the emulator has not taken what they write", async () => {
    let isFirst = true;
    const lines: string[] = [];
    await using own = await startEmulator({
      template: TEMPLATE,
      output({ line }) {
        lines.push(line.split(" ", 1)[0] ?? "");
        // The emulator is busy for a while.
        if (isFirst) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300);
        isFirst = false;
      },
    });
    expect(await own.invoke("Faults", { do: "flood", lines: 500 })).toBeGreaterThan(200);
    expect(lines).toEqual(Array.from({ length: 500 }, (_, line) => String(line)));
  });

  it("get Lambda's context, without the members that Node.js 24 has lost", async () => {
    expect(await emulator.invoke("Faults", { do: "context" })).toEqual({
      functionName: "Faults",
      functionVersion: "$LATEST",
      invokedFunctionArn: "arn:aws:lambda:us-east-1:123456789012:function:Faults",
      memoryLimitInMB: "128",
      awsRequestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      logGroupName: "/aws/lambda/Faults",
      logStreamName: "local",
    });
  });

  it("tell the emulator's time", async () => {
    await using own = await startEmulator({
      template: TEMPLATE,
      clock: { stopped: true, startAt: Date.UTC(2030, 0) },
    });
    const { clock, invoke } = own;
    const { now, left } = await invoke("Faults", { do: "time" });
    expect(now - Date.UTC(2030, 0)).toBeLessThan(5_000);
    expect(now - Date.UTC(2030, 0)).toBeGreaterThanOrEqual(0);
    expect(left).toBeGreaterThan(25_000);
    await clock.advance(60_000);
    expect((await invoke("Faults", { do: "time" })).now - Date.UTC(2030, 0)).toBeGreaterThanOrEqual(60_000);
  });
});
