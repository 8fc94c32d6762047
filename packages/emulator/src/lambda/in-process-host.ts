import { AsyncLocalStorage } from "node:async_hooks";
import { jsonCopy, jsonText } from "./json-copy.ts";
import type { LambdaContext } from "./lambda-context.ts";
import { type FunctionHost, functionError, type HostedInvocation, type LambdaHandler } from "./lambda-function.ts";

/** The invocation of the running code, also in timers, callbacks and promises that a handler started. */
export const executions = new AsyncLocalStorage<Pick<HostedInvocation, "requestId" | "fail" | "now" | "log">>();

/** Runs a handler in this process. The process cannot stop it: after its timeout it runs on. */
export function inProcess(handler: LambdaHandler): FunctionHost {
  return ({ requestId, event, begin, fail, now, log }) => {
    const context = begin();
    return executions.run({ requestId, fail, now, log }, () => execute(handler, event, context));
  };
}

async function execute(handler: LambdaHandler, event: unknown, context: LambdaContext): ReturnType<FunctionHost> {
  try {
    const result = await handler(jsonCopy(event) as never, context as never);
    return { kind: "returned", json: jsonText(result) };
  } catch (error) {
    return { kind: "failed", error: functionError(error) };
  }
}
