import { inspect } from "node:util";
import type { FunctionError } from "./lambda-function.ts";

/** What Lambda's runtime for Node.js makes of what a handler threw. */
export function functionError(thrown: unknown): FunctionError {
  if (typeof thrown === "string") return { errorType: "string", errorMessage: thrown, trace: [] };
  // Not String(): an object without a prototype has no text, and that would be a second error.
  if (!(thrown instanceof Error)) return { errorType: typeof thrown, errorMessage: inspect(thrown), trace: [] };
  return { errorType: thrown.name, errorMessage: thrown.message, trace: thrown.stack?.split("\n") ?? [] };
}
