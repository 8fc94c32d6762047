import { executions } from "./in-process-host.ts";
import { exitError, functionError, unhandledRejection } from "./lambda-function.ts";

/**
 * Contains the faults that end a Lambda function's process and its invocation: an error thrown in a timer or callback,
 * an `error` event without a listener, an unhandled rejection, `process.exit`. The functions that `loadFunction` gives
 * share this process, so such a fault ends only its invocation here. A fault outside of every invocation is the
 * emulator's own and goes to `onOwnFault`. Call it once per process.
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
    execution.fail(exitError(execution.requestId, Number(code ?? process.exitCode ?? 0)));
    throw new FunctionExit();
  };
}

/** Keeps the code after `process.exit` from running. Its invocation has ended already. */
class FunctionExit extends Error {
  override readonly name = "FunctionExit";
}
