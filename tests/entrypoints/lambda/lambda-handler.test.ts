import { describe, expect, it } from "vitest";
import { invocationFields } from "../../../src/adapters/api-gateway/invocation-fields.ts";
import { DependencyUnavailableError } from "../../../src/application/errors.ts";
import { InvocationLog } from "../../../src/entrypoints/lambda/middleware/invocation-log.ts";
import { type Invocation, lambdaHandler } from "../../../src/entrypoints/lambda/middleware/lambda-handler.ts";
import { RecordingLogger } from "../../fakes/recording-logger.ts";
import { messageEvent } from "../../support/gateway-events.ts";
import { lambdaContext } from "../../support/lambda-context.ts";

const CANARY = "canary-7f3a";

function invoking(handle: Invocation<string>["handle"], onFault: Invocation<string>["onFault"] = () => "fault") {
  const logger = new RecordingLogger();
  return { logger, invoke: lambdaHandler({ name: "Test", logger, logFieldsOf: invocationFields, handle, onFault }) };
}

describe("the stack around every handler", () => {
  it("returns the handler's result and writes one log entry, with the handler's fields", async () => {
    const { logger, invoke } = invoking(async (_event, log) => {
      log.add({ outcome: "stored" });
      return "answer";
    });
    expect(await invoke(messageEvent("{}"), lambdaContext())).toBe("answer");
    expect(logger.entries).toEqual([
      {
        level: "info",
        message: "invocation",
        function: "Test",
        requestId: "00000000-0000-4000-8000-000000000001",
        gatewayRequestId: "PJqCOG4zqRcFcPw=",
        connectionId: "gbgHYy9RVQAYKEj2kA==",
        routeKey: "$default",
        outcome: "stored",
        durationMs: expect.any(Number),
        coldStart: true,
        invocations: 1,
      },
    ]);
  });

  it("throws an Error that is the result, without further properties", async () => {
    const answer = new Error("Unauthorized");
    const { logger, invoke } = invoking(async () => answer);
    await expect(invoke({}, lambdaContext())).rejects.toBe(answer);
    expect(Object.keys(answer)).toEqual([]);
    expect(answer.cause).toBeUndefined();
    expect(logger.entries).toHaveLength(1);
  });

  it("attack:O3 turns a thrown error into a constant, and logs only its name", async () => {
    const fault = new DependencyUnavailableError("CONNECTION_STORE", { cause: new RangeError(CANARY) });
    const { logger, invoke } = invoking(() => Promise.reject(fault));
    expect(await invoke({}, lambdaContext())).toBe("fault");
    expect(logger.entries).toEqual([
      expect.objectContaining({
        level: "error",
        outcome: "failed",
        dependency: "CONNECTION_STORE",
        errorName: "RangeError",
      }),
    ]);
    expect(JSON.stringify(logger.entries)).not.toContain(CANARY);
  });

  it("throws the constant if the response to a fault is an Error", async () => {
    const constant = new Error("AuthorizerUnavailable");
    const { invoke } = invoking(
      () => Promise.reject(new Error(CANARY)),
      () => constant,
    );
    await expect(invoke({}, lambdaContext())).rejects.toBe(constant);
    expect(Object.keys(constant)).toEqual([]);
    expect(constant.cause).toBeUndefined();
  });

  it("responds and logs before Lambda's timeout when the handler hangs", async () => {
    const { logger, invoke } = invoking(() => new Promise(() => {}));
    expect(await invoke({}, lambdaContext(60))).toBe("fault");
    expect(logger.entries).toEqual([expect.objectContaining({ level: "error", errorName: "TimeoutError" })]);
  });

  it("keeps concurrent invocations apart", async () => {
    const { logger, invoke } = invoking(async (event, log) => {
      log.add({ reason: String(event) });
      await new Promise((resume) => setImmediate(resume));
      return "answer";
    });
    await Promise.all(["one", "two", "three"].map((event) => invoke(event, lambdaContext())));
    expect(logger.entries.map(({ reason }) => reason).toSorted()).toEqual(["one", "three", "two"]);
  });

  it("says of a function's first invocation alone that it is a cold start, whatever other logs are made", async () => {
    const { logger, invoke } = invoking(async () => "response");
    new InvocationLog({}, { coldStart: false }).writeTo(new RecordingLogger());
    await invoke({}, lambdaContext());
    await invoke({}, lambdaContext());
    expect(logger.entries.map(({ coldStart }) => coldStart)).toEqual([true, false]);
  });

  it("logs nothing of an event that it is not told to read", async () => {
    const logger = new RecordingLogger();
    const handle = async () => "response";
    await lambdaHandler({ name: "Test", logger, handle, onFault: () => "fault" })(messageEvent("{}"), lambdaContext());
    expect(logger.entries).toEqual([expect.not.objectContaining({ connectionId: expect.anything() })]);
  });

  it("has no third parameter, which Lambda would take for a callback and refuse to start", () => {
    expect(invoking(async () => "answer").invoke).toHaveLength(2);
  });
});
