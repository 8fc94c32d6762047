import { randomUUID } from "node:crypto";
import type { AwsAccount } from "../aws-account.ts";
import type { Clock } from "../clock/clock.ts";
import type { Faults } from "../faults/faults.ts";
import type { Observe } from "../observer.ts";
import type { Cancel, Scheduler } from "../scheduler.ts";
import { makeConcurrency } from "./concurrency.ts";
import { withFaults } from "./faulty-host.ts";
import type { FunctionSettings } from "./function-settings.ts";
import { inProcess } from "./in-process-host.ts";
import type { InvocationLog } from "./invocation-log.ts";
import { jsonText } from "./json-copy.ts";
import { functionArn, lambdaContext } from "./lambda-context.ts";
import {
  type FunctionError,
  type FunctionHost,
  failed,
  type HostedInvocation,
  type InvocationResult,
  type LambdaFunction,
  type RunResult,
} from "./lambda-function.ts";

/** The functions of the template, run with Lambda's limits. */
export interface Functions {
  has(name: string): boolean;
  /** The ARN for any name, even if no function has it. */
  arnOf(name: string): string;
  /** True while an invocation is under way. */
  readonly isBusy: () => boolean;
  /**
   * Runs a function. Never throws. Event and result are converted to JSON and back, as in Lambda: a handler cannot
   * reach the caller's objects, and values outside of JSON do not arrive. The observer gets the faults of a handler that
   * runs on after its timeout. The request id is a new one unless it is given.
   */
  invoke(name: string, event: unknown, requestId?: string, log?: InvocationLog): Promise<InvocationResult>;
}

/** The Invoke API's quota for a synchronous response. */
const MAX_RESPONSE_BYTES = 6 * 1024 * 1024;

type FunctionsDependencies = {
  readonly functions: readonly LambdaFunction[];
  readonly account: AwsAccount;
  readonly scheduler: Scheduler;
  readonly observe: Observe;
  readonly faults: Faults;
  /** The clock that functions see as their own. By default it is the machine's. */
  readonly clock?: Clock | undefined;
};

export function makeFunctions(deps: FunctionsDependencies): Functions {
  const byName = new Map(deps.functions.map((fn) => [fn.name, hosted(fn, deps)]));
  const concurrency = makeConcurrency(deps.functions);
  let running = 0;

  async function invoke(
    name: string,
    event: unknown,
    requestId: string = randomUUID(),
    log?: InvocationLog,
  ): Promise<InvocationResult> {
    const fn = byName.get(name);
    if (fn === undefined) return { kind: "unknown-function" };
    if (!concurrency.take(fn)) return { kind: "throttled" };
    running += 1;
    const invocation = { functionName: name, requestId };
    const begunAt = deps.scheduler.now();
    deps.observe({ kind: "invocation-begun", ...invocation, payload: () => jsonText(event) });
    log?.begin(requestId);
    const result = await run(fn, { event, requestId, log }, deps);
    concurrency.give(fn);
    running -= 1;
    const durationMillis = deps.scheduler.now() - begunAt;
    log?.end({ fn, requestId, now: deps.scheduler.now(), durationMillis, result });
    const outcome = result.kind === "failed" ? result : ({ kind: "returned", payload: () => result.json } as const);
    deps.observe({ kind: "invocation-ended", ...invocation, durationMillis, outcome });
    return result;
  }

  return {
    has: (name) => byName.has(name),
    arnOf: (name) => functionArn(name, deps.account),
    isBusy: () => running > 0,
    invoke,
  };
}

type HostedFunction = FunctionSettings & { readonly host: FunctionHost };

function hosted(fn: LambdaFunction, deps: FunctionsDependencies): HostedFunction {
  const host = "host" in fn ? fn.host : inProcess(fn.handler);
  return { ...fn, host: withFaults(fn.name, host, deps) };
}

/** Ends with the handler, its timeout, or a fault outside of the handler's result, whichever comes first. */
function run(
  fn: HostedFunction,
  { event, requestId, log }: Pick<HostedInvocation, "event" | "requestId" | "log">,
  { account, scheduler, clock, faults, observe }: FunctionsDependencies,
): Promise<RunResult> {
  const wrongMillis = () => faults.holding("clock-wrong", fn.name)?.settings["by"] ?? 0;
  const now = clock && (() => clock.now() + wrongMillis());
  return new Promise((resolve) => {
    let hasEnded = false;
    let cancelTimeout: Cancel = () => {};
    function end(invocation: RunResult): void {
      hasEnded = true;
      cancelTimeout();
      resolve(invocation);
    }
    function begin(stop?: () => void) {
      cancelTimeout = scheduler.after(fn.timeoutSeconds * 1000, () => {
        end(timedOut(fn, requestId));
        stop?.();
      });
      return lambdaContext(fn, { account, scheduler, requestId });
    }
    function fail(error: FunctionError): void {
      if (hasEnded) observe({ kind: "fault-after-invocation", functionName: fn.name, requestId, error });
      else end({ kind: "failed", error });
    }
    void fn
      .host({ requestId, event, begin, fail, now, wrongMillis, log })
      .then((result) => end(result.kind === "returned" ? withinLimit(result) : result));
  });
}

function withinLimit(result: RunResult & { readonly kind: "returned" }): RunResult {
  if (Buffer.byteLength(result.json) <= MAX_RESPONSE_BYTES) return result;
  return failed(
    "Function.ResponseSizeTooLarge",
    "Response payload size exceeded maximum allowed payload size (6291556 bytes).",
  );
}

function timedOut({ timeoutSeconds }: FunctionSettings, requestId: string): RunResult {
  const message = `RequestId: ${requestId} Error: Task timed out after ${timeoutSeconds.toFixed(2)} seconds`;
  return failed("Sandbox.Timedout", message);
}
