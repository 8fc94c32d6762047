import { describe, expect, it, type TestContext, vi } from "vitest";
import { SECRET } from "../../benchmarks/settings.ts";
import { connectEvent } from "../support/gateway-events.ts";
import { ALLOWED, authorize, UNAUTHORIZED, UNAVAILABLE } from "../support/lambda/authorizer-calls.ts";
import { builtFunctions, NEW_SECRET, PATIENT, startFunction } from "../support/lambda/built-functions.ts";
import type { FaultyAws } from "../support/lambda/faulty-aws.ts";
import type { FunctionProcess, Outcome } from "../support/lambda/function-process.ts";
import { pause } from "../support/pause.ts";
import { entityUpdated, sqsEvent } from "../support/queued-messages.ts";

const NAMES = ["authorizer", "connect", "deliver-pushes"] as const;
const folder = builtFunctions(NAMES);

type Call = (lambda: FunctionProcess, key?: string) => Promise<Outcome>;

/** A push that is new by the clock of the process. */
const push: Call = (lambda) => {
  const event = entityUpdated({ entityId: "order-17", message: "m" }, { time: new Date(lambda.now).toISOString() });
  return lambda.call(sqsEvent(event));
};

type Requests = readonly [first: string, ...others: string[]];

/** For each function: a call, its requests to each service, and its result. The secret is rotated meanwhile. */
const CALLS: {
  readonly [name in (typeof NAMES)[number]]: { call: Call; toServices: readonly Requests[]; result: Outcome };
} = {
  authorizer: { call: authorize, toServices: [["GetSecretValue"]], result: ALLOWED },
  connect: {
    call: (lambda) => lambda.call(connectEvent()),
    toServices: [["Query", "PutItem", "BatchGetItem"]],
    result: { value: { statusCode: 200 } },
  },
  "deliver-pushes": {
    call: push,
    toServices: [["Query"], ["POST /prod/@connections/gbgHYy9RVQAYKEj2kA%3D%3D"]],
    result: { value: { batchItemFailures: [] } },
  },
};

/** What happens to the connections of a frozen process. */
const ENDS = {
  closed: (aws: FaultyAws) => aws.closeConnections(),
  reset: (aws: FaultyAws) => aws.resetConnections(),
  forgotten: (aws: FaultyAws) => aws.forgetConnections(),
} as const;

/** Where a time limit or a pause before a retry is meant to pass. */
const RETRYING = { slowness: 5 };

async function primed(name: (typeof NAMES)[number], context: TestContext, times: typeof PATIENT) {
  const started = await startFunction(folder, name, context, times);
  await started.lambda.load();
  return started;
}

async function freezeFor(seconds: number, lambda: FunctionProcess, meanwhile = () => {}): Promise<void> {
  lambda.freeze();
  meanwhile();
  // What AWS sends arrives while the process is frozen.
  await pause(20);
  lambda.advance(seconds);
  lambda.thaw();
}

const HOUR = 3600;

/** Within 20 s a connection is used again, unless it was closed: a silent death then costs one time limit. */
const FREEZES = [
  ...(["closed", "reset", "forgotten"] as const).map((end) => ({ end, seconds: HOUR })),
  ...(["closed", "reset"] as const).map((end) => ({ end, seconds: 10 })),
].flatMap((freeze) => NAMES.flatMap((name) => [0, 1].map((callsBefore) => ({ ...freeze, name, callsBefore }))));

describe.concurrent("a function that Lambda freezes", () => {
  it.for(FREEZES)(
    "fault:L1 for $seconds s, $name after $callsBefore calls, uses new connections if its own are $end",
    async ({ end, seconds, name, callsBefore }, context) => {
      const { aws, lambda } = await primed(name, context, PATIENT);
      const { call, toServices, result } = CALLS[name];
      if (callsBefore > 0) expect(await call(lambda)).toEqual(result);
      const [requestsBefore, connectionsBefore] = [aws.requests.length, aws.connections];

      await freezeFor(seconds, lambda, () => {
        ENDS[end](aws);
        aws.putSecret(NEW_SECRET);
      });

      expect(await call(lambda, NEW_SECRET)).toEqual(result);
      const after = aws.requests.slice(requestsBefore);
      expect(after.map((request) => request.name)).toEqual(toServices.flat());
      expect(after.filter(({ connection }) => connection <= connectionsBefore)).toEqual([]);
    },
  );
});

describe.concurrent("a request of a function that Lambda has frozen for 10 s", () => {
  it.for(NAMES)(
    "fault:L1 is repeated over a new connection, if its own is closed meanwhile, by %s",
    async (name, context) => {
      const { aws, lambda } = await primed(name, context, RETRYING);
      const { call, toServices, result } = CALLS[name];
      const [requestsBefore, connectionsBefore] = [aws.requests.length, aws.connections];

      await freezeFor(10, lambda, () => {
        aws.closeConnectionsAtTheirNextRequest();
        aws.putSecret(NEW_SECRET);
      });

      expect(await call(lambda, NEW_SECRET)).toEqual(result);
      const after = aws.requests.slice(requestsBefore);
      expect(after.map((request) => request.name)).toEqual(
        toServices.flatMap(([first, ...others]) => [first, first, ...others]),
      );
      // The first request to a service finds its connection closed, the others have the new one.
      expect(after.map(({ connection }) => connection > connectionsBefore)).toEqual(
        toServices.flatMap(([, ...others]) => [false, true, ...others.map(() => true)]),
      );
    },
  );
});

it("a function stands still while it is frozen (positive control)", async (context) => {
  const { lambda } = await primed("authorizer", context, PATIENT);
  lambda.freeze();
  const call = authorize(lambda);

  const first = await Promise.race([call, pause(100).then(() => "nothing")]);
  lambda.thaw();

  expect(first).toBe("nothing");
  expect(await call).toEqual(ALLOWED);
});

describe.concurrent("a secret that was read before the first event", () => {
  it("is used without a request for 5 minutes, also if they pass in a freeze", async (context) => {
    const { aws, lambda } = await primed("authorizer", context, PATIENT);

    await freezeFor(290, lambda, () => aws.deleteSecret());

    expect(await authorize(lambda)).toEqual(ALLOWED);
    expect(aws.names()).toEqual(["GetSecretValue"]);
  });

  it.for([301, HOUR])("fault:K1 is not used after %d s if it was deleted meanwhile", async (seconds, context) => {
    const { aws, lambda } = await primed("authorizer", context, PATIENT);

    await freezeFor(seconds, lambda, () => aws.deleteSecret());

    expect(await authorize(lambda)).toEqual(UNAVAILABLE);
  });

  it.for(["is refused", "fails", "is cut off"] as const)(
    "fault:15 bridges an outage until it is an hour old, and no longer, while AWS %s",
    async (fault, context) => {
      const { aws, lambda } = await primed("authorizer", context, RETRYING);
      await aws.begin(fault);

      await freezeFor(HOUR - 60, lambda);
      const bridged = await authorize(lambda);
      await freezeFor(60, lambda);
      const after = await authorize(lambda);

      expect(bridged).toEqual(ALLOWED);
      expect(lambda.entries("signing secrets not refreshed")).toHaveLength(1);
      expect(after).toEqual(UNAVAILABLE);
    },
  );
});

describe.concurrent("a freeze before the function is ready", () => {
  it("fault:K3 makes a secret as old as its request", async (context) => {
    const { aws, lambda } = await startFunction(folder, "authorizer", context, PATIENT);
    aws.hold(1);
    const loading = lambda.load();
    await vi.waitFor(() => expect(aws.names()).toEqual(["GetSecretValue"]), 10_000);

    await freezeFor(HOUR, lambda, () => {
      aws.putSecret(NEW_SECRET);
      aws.release();
    });
    await loading;

    expect(await authorize(lambda, SECRET)).toEqual(UNAUTHORIZED);
    expect(await authorize(lambda, NEW_SECRET)).toEqual(ALLOWED);
  });

  it.for([
    { name: "connect", pings: 1 },
    { name: "deliver-pushes", pings: 2 },
  ] as const)("fault:L1 leaves $name no connection that died in it", async ({ name, pings }, context) => {
    const { aws, lambda } = await startFunction(folder, name, context, RETRYING);
    const { call, toServices, result } = CALLS[name];
    aws.hold(pings);
    const loading = lambda.load();
    await vi.waitFor(() => expect(aws.requests).toHaveLength(pings), 10_000);

    await freezeFor(HOUR, lambda, () => aws.forgetConnections());
    await loading;

    expect(await call(lambda)).toEqual(result);
    const after = aws.requests.slice(pings);
    expect(after.map((request) => request.name)).toEqual(toServices.flat());
    expect(after.filter(({ connection }) => connection <= pings)).toEqual([]);
  });
});
