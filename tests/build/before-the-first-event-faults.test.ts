import { describe, expect, it, type TestContext } from "vitest";
import { firstCalls } from "../../benchmarks/first-calls.ts";
import { SECRET } from "../../benchmarks/settings.ts";
import { authorizerEvent } from "../support/gateway-events.ts";
import { ALLOWED, authorize, UNAUTHORIZED, UNAVAILABLE } from "../support/lambda/authorizer-calls.ts";
import { builtFunctions, NEW_SECRET, startFunction } from "../support/lambda/built-functions.ts";
import { FAULTS, type Fault, type FaultyAws } from "../support/lambda/faulty-aws.ts";

/** For each function: its request before the first event, how often at most, and the call that fails closed. */
const FUNCTIONS = {
  authorizer: { before: "GetSecretValue", attempts: 2, tasks: 1, failed: UNAVAILABLE },
  connect: { before: "GET /ping", attempts: 1, tasks: 1, failed: { value: { statusCode: 500 } } },
  subscribe: {
    ...{ before: "GET /ping", attempts: 1, tasks: 1 },
    failed: { value: { statusCode: 200, body: expect.stringContaining('"code":"INTERNAL"') } },
  },
  "deliver-pushes": {
    ...{ before: "GET /ping", attempts: 2, tasks: 2 },
    failed: { value: { batchItemFailures: [{ itemIdentifier: "message-0" }] } },
  },
} as const;

const NAMES = Object.keys(FUNCTIONS) as (keyof typeof FUNCTIONS)[];
const CASES = FAULTS.flatMap((fault) => NAMES.map((name) => ({ fault, name })));

/** Any response to a ping means that the connection is open. */
const RESPONSES: readonly Fault[] = ["fails", "is throttled", "is denied"];

const folder = builtFunctions(NAMES);

/** A busy machine must not reach the time limits of a call that is to succeed. */
const PATIENT = { slowness: 3 };

const LOGGED = ["level", "timestamp", "service", "message", "dependency", "errorName", "errorCode"];

describe.concurrent("a function", () => {
  it.for(CASES)(
    "fault:K1 fault:L1 $name starts while AWS $fault, and its first call succeeds afterwards",
    async ({ fault, name }, context) => {
      const { aws, lambda } = await startFunction(folder, name, context, PATIENT);
      const { before, attempts, tasks } = FUNCTIONS[name];
      const { event, answer } = firstCalls[name] ?? {};
      await aws.begin(fault);

      await lambda.load();
      const requested = aws.names();
      const notes = lambda.entries("not primed");
      await aws.end();
      const { value } = await lambda.call(event);

      expect(JSON.stringify(value ?? null)).toMatch(answer as RegExp);
      expect(new Set(requested)).toEqual(new Set(fault === "is refused" ? [] : [before]));
      // The limit of a start is shorter than that of an attempt.
      expect(requested.length).toBeLessThanOrEqual(fault === "hangs" ? tasks : attempts);
      expect(notes).toHaveLength(before === "GET /ping" && RESPONSES.includes(fault) ? 0 : tasks);
      // Each task has ended by itself: the limit of them all has no dependency to name.
      expect(notes.filter(({ errorName, dependency }) => errorName === "TimeoutError" && !dependency)).toEqual([]);
      expect(notes.flatMap(Object.keys).filter((field) => !LOGGED.includes(field))).toEqual([]);
    },
  );

  it.for(CASES)(
    "fault:K1 fault:L1 $name fails closed at its first call while AWS still $fault",
    async ({ fault, name }, context) => {
      const { aws, lambda } = await startFunction(folder, name, context);
      await aws.begin(fault);

      await lambda.load();

      expect(await lambda.call(firstCalls[name]?.event)).toEqual(FUNCTIONS[name].failed);
      expect(lambda.entries("not primed").length).toBeLessThanOrEqual(FUNCTIONS[name].tasks);
    },
  );
});

/** An authorizer whose first request hangs until its first call has asked again, after a change in AWS. */
async function overtaken(context: TestContext, change: (aws: FaultyAws) => void, firstKey: string) {
  const { aws, lambda } = await startFunction(folder, "authorizer", context, PATIENT);
  aws.hold(1);
  await lambda.load();
  change(aws);
  const first = await authorize(lambda, firstKey);
  aws.release();
  // A call without a token asks for no secret. Meanwhile the process reads the late response.
  await lambda.call(authorizerEvent());
  return { first, callLater: (key: string) => authorize(lambda, key) };
}

describe.concurrent("a response that comes after the first call has asked again", () => {
  it("fault:K3 brings no rotated secret back", async (context) => {
    const { first, callLater } = await overtaken(context, (aws) => aws.putSecret(NEW_SECRET), NEW_SECRET);

    expect(first).toEqual(ALLOWED);
    expect(await callLater(SECRET)).toEqual(UNAUTHORIZED);
    expect(await callLater(NEW_SECRET)).toEqual(ALLOWED);
  });

  it("fault:K1 brings no deleted secret back", async (context) => {
    const { first, callLater } = await overtaken(context, (aws) => aws.deleteSecret(), SECRET);

    expect(first).toEqual(UNAVAILABLE);
    expect(await callLater(SECRET)).toEqual(UNAVAILABLE);
  });

  it.for(["connect", "subscribe", "deliver-pushes"] as const)(
    "fault:L1 disturbs no call of %s",
    async (name, context) => {
      const { aws, lambda } = await startFunction(folder, name, context, PATIENT);
      const { tasks } = FUNCTIONS[name];
      const { event, answer } = firstCalls[name] ?? {};
      aws.hold(tasks);

      await lambda.load();
      const first = await lambda.call(event);
      const { openConnections } = aws;
      aws.release();
      const second = await lambda.call(event);

      for (const { value } of [first, second]) expect(JSON.stringify(value ?? null)).toMatch(answer as RegExp);
      // No ping is under way any more.
      expect(openConnections).toBe(tasks);
      expect(lambda.entries("not primed")).toHaveLength(tasks);
    },
  );
});
