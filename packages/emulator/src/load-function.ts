import type { LambdaHandler } from "./lambda/lambda-function.ts";
import type { FunctionDescription } from "./template/stack-description.ts";

/** Loads the handler of a function that the template declares, into this process. */
export type LoadFunction = (fn: FunctionDescription) => LambdaHandler | Promise<LambdaHandler>;
