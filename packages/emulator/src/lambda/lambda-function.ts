import { inspect } from "node:util";
import type { FunctionSettings } from "./function-settings.ts";
import type { LambdaContext } from "./lambda-context.ts";

/** A function as the template declares it, with the code that runs in it: a handler in this process, or a host. */
export type LambdaFunction = FunctionSettings & ({ readonly handler: LambdaHandler } | { readonly host: FunctionHost });

/**
 * Runs a function somewhere: in this process, or in a worker thread. Never rejects. Its result is dropped if the
 * invocation has ended before, by its timeout or by a fault.
 */
export type FunctionHost = (invocation: HostedInvocation) => Promise<RunResult>;

/** Takes what a function prints. */
export type OutputSink = { write(output: string | Uint8Array): void };

/** An invocation as its host sees it. */
export type HostedInvocation = {
  readonly requestId: string;
  /** The caller's event. The host gives the handler a copy: what JSON cannot hold does not arrive. */
  readonly event: unknown;
  /**
   * Starts the function's time. The host calls it once, when the handler can run at once. When the time is over, the
   * invocation ends and `stop` is called.
   */
  readonly begin: (stop?: () => void) => LambdaContext;
  /** The function's time. Absent if it is the machine's. */
  readonly now?: (() => number) | undefined;
  /** The milliseconds by which a fault on demand makes that time wrong. */
  readonly wrongMillis: () => number;
  /** Gets what the invocation prints. Absent if its caller does not ask for the log. */
  readonly log?: OutputSink | undefined;
  /** Ends the invocation as failed, or reports the fault if it has ended already. */
  readonly fail: (error: FunctionError) => void;
};

/** Handlers type their events themselves, and must check the events that they really get. */
export type LambdaHandler = (event: never, context: never) => unknown;

/** The Invoke API's report of a failed function. */
export type FunctionError = {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly trace: readonly string[];
};

/** The result of a function that has run. */
export type RunResult =
  | { readonly kind: "returned"; readonly json: string }
  | { readonly kind: "failed"; readonly error: FunctionError };

export type InvocationResult = RunResult | { readonly kind: "throttled" } | { readonly kind: "unknown-function" };

/** The report that Lambda's runtime for Node.js makes of a thrown value. */
export function functionError(thrown: unknown): FunctionError {
  if (typeof thrown === "string") return { errorType: "string", errorMessage: thrown, trace: [] };
  // String() would throw on an object without a prototype.
  if (!(thrown instanceof Error)) return { errorType: typeof thrown, errorMessage: inspect(thrown), trace: [] };
  return { errorType: thrown.name, errorMessage: thrown.message, trace: thrown.stack?.split("\n") ?? [] };
}

export function failed(errorType: string, errorMessage: string): RunResult {
  return { kind: "failed", error: { errorType, errorMessage, trace: [] } };
}

/** The error of a process that exits, in Lambda's own words. */
export function exitError(requestId: string, status: number): FunctionError {
  const reason =
    status === 0 ? "Runtime exited without providing a reason" : `Runtime exited with error: exit status ${status}`;
  return { errorType: "Runtime.ExitError", errorMessage: `RequestId: ${requestId} Error: ${reason}`, trace: [] };
}

/** The error of an unhandled rejection, named as in Lambda's runtime interface client for Node.js. */
export function unhandledRejection(reason: unknown): FunctionError {
  const { trace } = functionError(reason);
  const errorMessage = reason instanceof Error ? `${reason.name}: ${reason.message}` : inspect(reason);
  return { errorType: "Runtime.UnhandledPromiseRejection", errorMessage, trace };
}
