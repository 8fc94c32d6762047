import { inspect } from "node:util";
import { executions } from "./functions.ts";
import { type FunctionError, functionError } from "./lambda-function.ts";

/**
 * Contains the faults that end a Lambda function's process and its invocation: an error thrown in a timer or callback,
 * an `error` event without a listener, an unhandled rejection, `process.exit`. All functions share this process, so
 * here such a fault ends only its invocation. A fault outside of every invocation is the emulator's own and goes to
 * `onOwnFault`. Call it once per process.
 */
export function containFaults(onOwnFault: (fault: unknown) => never): void {
  process.on("uncaughtException", (thrown) => {
    if (thrown instanceof FunctionExit) return;
    const execution = executions.getStore();
    if (execution === undefined) onOwnFault(thrown);
    execution.fail(functionError(thrown));
  });
  process.on("unhandledRejection", (reason) => {
    if (reason instanceof FunctionExit) return;
    const execution = executions.getStore();
    if (execution === undefined) onOwnFault(reason);
    execution.fail(unhandledRejection(reason));
  });
  const exit = process.exit.bind(process);
  process.exit = (code) => {
    const execution = executions.getStore();
    if (execution === undefined) return exit(code);
    execution.fail(runtimeExit(execution.requestId, Number(code ?? process.exitCode ?? 0)));
    throw new FunctionExit();
  };
}

/** Keeps the code after `process.exit` from running. Its invocation has ended already. */
class FunctionExit extends Error {
  override readonly name = "FunctionExit";
}

/** The error of an unhandled rejection, named as in Lambda's runtime interface client for Node.js. */
function unhandledRejection(reason: unknown): FunctionError {
  const { trace } = functionError(reason);
  const errorMessage = reason instanceof Error ? `${reason.name}: ${reason.message}` : inspect(reason);
  return { errorType: "Runtime.UnhandledPromiseRejection", errorMessage, trace };
}

/** The error of an exit, in Lambda's own words. */
function runtimeExit(requestId: string, status: number): FunctionError {
  const reason =
    status === 0 ? "Runtime exited without providing a reason" : `Runtime exited with error: exit status ${status}`;
  return { errorType: "Runtime.ExitError", errorMessage: `RequestId: ${requestId} Error: ${reason}`, trace: [] };
}
