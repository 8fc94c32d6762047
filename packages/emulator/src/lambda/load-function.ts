import type { FunctionDescription } from "../template/stack-description.ts";
import type { LambdaHandler } from "./lambda-function.ts";

/**
 * Loads the handler of a function that the template declares, into this process. Undefined leaves the function to
 * threads of its own.
 */
export type LoadFunction = (fn: FunctionDescription) => LambdaHandler | undefined | Promise<LambdaHandler | undefined>;
