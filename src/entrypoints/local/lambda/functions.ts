import { inspect } from "node:util";
import type { Scheduler } from "../scheduler.ts";
import { type LambdaContext, lambdaContext } from "./lambda-context.ts";
import type { FunctionError, Invocation, LambdaFunction } from "./lambda-function.ts";

/** The functions of the template, run in this process with Lambda's limits. */
export interface Functions {
  has(name: string): boolean;
  /**
   * Never throws. The event crosses as JSON in both directions, as in Lambda: a handler cannot reach the caller's
   * objects, and what JSON cannot say does not arrive. A handler that outlives its timeout is reported and left to
   * itself, since nothing in this process can stop it.
   */
  invoke(name: string, event: unknown): Promise<Invocation>;
}

/** Lambda's default for an account and region. It also bounds what a flood of messages can keep in memory. */
const CONCURRENT_EXECUTIONS = 1000;

/** The Invoke API's quota for a synchronous response. */
const MAX_RESPONSE_BYTES = 6 * 1024 * 1024;

export function makeFunctions(deps: {
  readonly functions: readonly LambdaFunction[];
  readonly scheduler: Scheduler;
  /** Told of every failure of a handler, for the terminal. */
  readonly onFailure: (functionName: string, error: FunctionError) => void;
}): Functions {
  const byName = new Map(deps.functions.map((fn) => [fn.name, fn]));
  let running = 0;

  async function invoke(name: string, event: unknown): Promise<Invocation> {
    const fn = byName.get(name);
    if (fn === undefined) return { kind: "unknown-function" };
    if (running >= CONCURRENT_EXECUTIONS) return { kind: "throttled" };
    const context = lambdaContext(fn, deps.scheduler);
    running += 1;
    const execution = execute(fn, event, context).finally(() => {
      running -= 1;
    });
    const invocation = await withTimeout(execution, fn, context, deps.scheduler);
    if (invocation.kind === "failed") deps.onFailure(name, invocation.error);
    return invocation;
  }

  return { has: (name) => byName.has(name), invoke };
}

async function execute(fn: LambdaFunction, event: unknown, context: LambdaContext): Promise<Invocation> {
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
    return { kind: "failed", error: describe(error) };
  }
}

function withTimeout(
  execution: Promise<Invocation>,
  fn: LambdaFunction,
  context: LambdaContext,
  scheduler: Scheduler,
): Promise<Invocation> {
  return new Promise((resolve) => {
    const cancel = scheduler.after(fn.timeoutSeconds * 1000, () =>
      resolve(
        failed(
          "Sandbox.Timedout",
          `RequestId: ${context.awsRequestId} Error: Task timed out after ${fn.timeoutSeconds.toFixed(2)} seconds`,
        ),
      ),
    );
    void execution.then((invocation) => {
      cancel();
      resolve(invocation);
    });
  });
}

function failed(errorType: string, errorMessage: string): Invocation {
  return { kind: "failed", error: { errorType, errorMessage, trace: [] } };
}

function describe(thrown: unknown): FunctionError {
  if (typeof thrown === "string") return { errorType: "string", errorMessage: thrown, trace: [] };
  // Not String(): an object without a prototype has no text, and that would be a second error.
  if (!(thrown instanceof Error)) return { errorType: typeof thrown, errorMessage: inspect(thrown), trace: [] };
  return { errorType: thrown.name, errorMessage: thrown.message, trace: thrown.stack?.split("\n") ?? [] };
}
