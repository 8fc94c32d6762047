import { describe, expect, it } from "vitest";
import { makeConcurrency } from "../../src/lambda/concurrency.ts";
import type { LambdaFunction } from "../../src/lambda/lambda-function.ts";
import { startEmulator } from "../../src/testing.ts";
import { describeSmallTemplate } from "../support/small-template.ts";

function fn(name: string, reservedConcurrency?: number): LambdaFunction {
  const limits = { timeoutSeconds: 3, memoryMegabytes: 128 };
  return { name, handler: () => 1, ...limits, ...(reservedConcurrency !== undefined && { reservedConcurrency }) };
}

describe("concurrency", () => {
  it("is a function's own as far as it is reserved, and what is left belongs to all others", () => {
    const [own, one, other] = [fn("Own", 2), fn("One"), fn("Other")];
    const { take, give } = makeConcurrency([own, one, other]);
    expect([take(own), take(own), take(own)]).toEqual([true, true, false]);
    for (let taken = 0; taken < 998; taken += 1) expect(take(taken % 2 === 0 ? one : other)).toBe(true);
    expect([take(one), take(other)]).toEqual([false, false]);
    give(own);
    expect([take(other), take(own)]).toEqual([false, true]);
    give(one);
    expect(take(other)).toBe(true);
  });

  it("of 0 throttles every call", async () => {
    const functions = { Off: { handler: () => 1, reservedConcurrency: 0 }, On: () => 1 };
    await using emulator = await startEmulator({ functions, routes: {} });
    const statuses = ["Off", "On"].map(async (name) => {
      const url = `${emulator.endpoint}/2015-03-31/functions/${name}/invocations`;
      return (await fetch(url, { method: "POST" })).status;
    });
    expect(await Promise.all(statuses)).toEqual([429, 200]);
  });

  it.each([
    ["Timeout: 3", undefined],
    ["ReservedConcurrentExecutions: 0", 0],
    ["ReservedConcurrentExecutions: '7'", 7],
    ["ReservedConcurrentExecutions: 20000", 20_000],
    ["ReservedConcurrentExecutions: !Ref AWS::NoValue", undefined],
  ])("with %s in the template is %s", (property, reserved) => {
    const text = `Fn: { Type: AWS::Serverless::Function, Properties: { CodeUri: ., Handler: index.handler, ${property} } }`;
    expect(describeSmallTemplate(text).functions[0]?.reservedConcurrency).toBe(reserved);
  });
});
