import { inspect } from "node:util";

/** A function as the template declares it, with the code that runs in it. */
export type LambdaFunction = {
  readonly name: string;
  readonly handler: LambdaHandler;
  readonly timeoutSeconds: number;
  readonly memoryMegabytes: number;
  /** The concurrent executions that are the function's own; 0 throttles every call. Otherwise it shares the account's. */
  readonly reservedConcurrency?: number;
};

/** Handlers type their events themselves, and must check the events that they really get. */
export type LambdaHandler = (event: never, context: never) => unknown;

/** The Invoke API's report of a failed function. */
export type FunctionError = {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly trace: readonly string[];
};

export type InvocationResult =
  | { readonly kind: "returned"; readonly json: string }
  | { readonly kind: "failed"; readonly error: FunctionError }
  | { readonly kind: "throttled" }
  | { readonly kind: "unknown-function" };

/** The report that Lambda's runtime for Node.js makes of a thrown value. */
export function functionError(thrown: unknown): FunctionError {
  if (typeof thrown === "string") return { errorType: "string", errorMessage: thrown, trace: [] };
  // String() would throw on an object without a prototype.
  if (!(thrown instanceof Error)) return { errorType: typeof thrown, errorMessage: inspect(thrown), trace: [] };
  return { errorType: thrown.name, errorMessage: thrown.message, trace: thrown.stack?.split("\n") ?? [] };
}
