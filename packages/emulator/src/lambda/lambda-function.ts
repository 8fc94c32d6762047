import { inspect } from "node:util";

/** A function as the template declares it, with the code that runs in it. */
export type LambdaFunction = {
  readonly name: string;
  readonly handler: LambdaHandler;
  readonly timeoutSeconds: number;
  readonly memoryMegabytes: number;
};

/** Handlers type their own events; what a gateway or a client really sends them is for them to check. */
export type LambdaHandler = (event: never, context: never) => unknown;

/** What the Invoke API reports of a function that failed. */
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

/** What Lambda's runtime for Node.js makes of what a handler threw. */
export function functionError(thrown: unknown): FunctionError {
  if (typeof thrown === "string") return { errorType: "string", errorMessage: thrown, trace: [] };
  // Not String(): an object without a prototype has no text, and that would be a second error.
  if (!(thrown instanceof Error)) return { errorType: typeof thrown, errorMessage: inspect(thrown), trace: [] };
  return { errorType: thrown.name, errorMessage: thrown.message, trace: thrown.stack?.split("\n") ?? [] };
}
