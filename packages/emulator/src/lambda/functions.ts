import { AsyncLocalStorage } from "node:async_hooks";
import type { AwsAccount } from "../aws-account.ts";
import type { Observe } from "../observer.ts";
import type { Scheduler } from "../scheduler.ts";
import { makeConcurrency } from "./concurrency.ts";
import type { InvocationLog } from "./invocation-log.ts";
import { functionArn, type LambdaContext, lambdaContext } from "./lambda-context.ts";
import { type FunctionError, functionError, type InvocationResult, type LambdaFunction } from "./lambda-function.ts";

type Execution = {
  readonly requestId: string;
  /** Ends the invocation as failed, or reports the fault if it has ended already. */
  readonly fail: (error: FunctionError) => void;
  /** Gets what the invocation prints. Absent if its caller does not ask for the log. */
  readonly log?: InvocationLog | undefined;
};

/** The invocation of the running code, also in timers, callbacks and promises that a handler started. */
export const executions = new AsyncLocalStorage<Execution>();

/** The functions of the template, run in this process with Lambda's limits. */
export interface Functions {
  has(name: string): boolean;
  /** The ARN for any name, even if no function has it. */
  arnOf(name: string): string;
  /**
   * Runs a function. Never throws. Event and result are converted to JSON and back, as in Lambda: a handler cannot
   * reach the caller's objects, and values outside of JSON do not arrive. This process cannot stop a handler after its
   * timeout, so it continues; the observer gets its later faults. The request id is a new one unless it is given.
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
};

export function makeFunctions(deps: FunctionsDependencies): Functions {
  const byName = new Map(deps.functions.map((fn) => [fn.name, fn]));
  const concurrency = makeConcurrency(deps.functions);

  async function invoke(
    name: string,
    event: unknown,
    requestId?: string,
    log?: InvocationLog,
  ): Promise<InvocationResult> {
    const fn = byName.get(name);
    if (fn === undefined) return { kind: "unknown-function" };
    if (!concurrency.take(fn)) return { kind: "throttled" };
    const context = lambdaContext(fn, { ...deps, requestId });
    const invocation = { functionName: name, requestId: context.awsRequestId };
    const begunAt = deps.scheduler.now();
    deps.observe({ kind: "invocation-begun", ...invocation });
    log?.begin(context.awsRequestId);
    const result = await run(fn, event, context, { ...deps, log });
    concurrency.give(fn);
    const durationMillis = deps.scheduler.now() - begunAt;
    log?.end({ fn, requestId: context.awsRequestId, now: deps.scheduler.now(), durationMillis, result });
    const outcome = result.kind === "failed" ? result : ({ kind: "returned" } as const);
    deps.observe({ kind: "invocation-ended", ...invocation, durationMillis, outcome });
    return result;
  }

  return { has: (name) => byName.has(name), arnOf: (name) => functionArn(name, deps.account), invoke };
}

/** Ends with the handler, its timeout, or a fault outside of the handler's result, whichever comes first. */
function run(
  fn: LambdaFunction,
  event: unknown,
  context: LambdaContext,
  { scheduler, observe, log }: FunctionsDependencies & { readonly log: InvocationLog | undefined },
): Promise<InvocationResult> {
  return new Promise((resolve) => {
    let hasEnded = false;
    const cancelTimeout = scheduler.after(fn.timeoutSeconds * 1000, () => end(timedOut(fn, context)));
    function end(invocation: InvocationResult): void {
      hasEnded = true;
      cancelTimeout();
      resolve(invocation);
    }
    function fail(error: FunctionError): void {
      const invocation = { functionName: fn.name, requestId: context.awsRequestId };
      if (hasEnded) observe({ kind: "fault-after-invocation", ...invocation, error });
      else end({ kind: "failed", error });
    }
    void executions.run({ requestId: context.awsRequestId, fail, log }, () => execute(fn, event, context)).then(end);
  });
}

async function execute(fn: LambdaFunction, event: unknown, context: LambdaContext): Promise<InvocationResult> {
  try {
    const copy = JSON.parse(JSON.stringify(event) ?? "null");
    const result = await fn.handler(copy as never, context as never);
    const json = JSON.stringify(result) ?? "null";
    if (Buffer.byteLength(json) > MAX_RESPONSE_BYTES)
      return failed(
        "Function.ResponseSizeTooLarge",
        "Response payload size exceeded maximum allowed payload size (6291556 bytes).",
      );
    return { kind: "returned", json };
  } catch (error) {
    return { kind: "failed", error: functionError(error) };
  }
}

function timedOut({ timeoutSeconds }: LambdaFunction, { awsRequestId }: LambdaContext): InvocationResult {
  const message = `RequestId: ${awsRequestId} Error: Task timed out after ${timeoutSeconds.toFixed(2)} seconds`;
  return failed("Sandbox.Timedout", message);
}

function failed(errorType: string, errorMessage: string): InvocationResult {
  return { kind: "failed", error: { errorType, errorMessage, trace: [] } };
}
