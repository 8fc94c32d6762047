import { Worker } from "node:worker_threads";
import type { LambdaContext } from "./lambda-context.ts";
import { exitError, type FunctionError, functionError, type RunResult } from "./lambda-function.ts";
import { guardMemory, resourceLimits } from "./memory-guard.ts";
import { makeWholeLines } from "./whole-lines.ts";
import {
  GATE,
  type OutputStream,
  type WorkerInvocation,
  type WorkerMessage,
  type WorkerStart,
} from "./worker/messages.ts";

/** Lambda's limit for the time before the first invocation. It holds in real time, as the work does. */
const INIT_MILLIS = 10_000;

/** The thread's program: TypeScript in the tree, JavaScript in the package. */
const PROGRAM = new URL(`./worker/thread${import.meta.url.slice(-3)}`, import.meta.url);

/** Enumerations and namespaces of TypeScript need more than types to be stripped. Later versions lack the flag. */
const TRANSFORM_TYPES = "--experimental-transform-types";
const EXEC_ARGV = process.allowedNodeEnvironmentFlags.has(TRANSFORM_TYPES)
  ? [TRANSFORM_TYPES, "--disable-warning=ExperimentalWarning"]
  : [];

export type EnvironmentDescription = Omit<WorkerStart, "gate"> & {
  readonly memoryMegabytes: number;
  /** All variables of the function. */
  readonly variables: Readonly<Record<string, string>>;
};

/** A line that a function writes. While its module loads there is no request. */
export type OutputLine = { readonly stream: OutputStream; readonly line: string; readonly requestId?: string };

/** The error of an invocation whose function does not load. */
export type LoadError = (requestId: string) => FunctionError;

/** A worker thread that runs one function, one invocation after another. */
export type ExecutionEnvironment = {
  /** Resolves when the module has loaded, to its error if it has not. Never rejects. */
  readonly ready: Promise<LoadError | undefined>;
  /** False once the thread has ended, or is about to. */
  readonly isUsable: () => boolean;
  invoke(context: LambdaContext, invocation: Omit<WorkerInvocation, "context">): Promise<RunResult>;
  /** Ends the thread. An invocation in it never ends: its caller has its own reason and result. */
  end(): Promise<void>;
};

/** Starts a thread. Throws if Node.js refuses the function's NODE_OPTIONS. */
export function startExecutionEnvironment(
  { memoryMegabytes, variables, ...start }: EnvironmentDescription,
  onOutput: (output: OutputLine) => void,
): ExecutionEnvironment {
  const gate = new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT);
  const shared = new Int32Array(gate);
  let onLoaded: (error: LoadError | undefined) => void = () => {};
  const ready = new Promise<LoadError | undefined>((resolve) => {
    onLoaded = resolve;
  });
  let current: { readonly requestId: string; readonly resolve: (result: RunResult) => void } | undefined;
  let isUsable = true;
  let cancelGuard = () => {};

  function writer(stream: OutputStream) {
    return makeWholeLines((line) => onOutput({ stream, line, ...(current && { requestId: current.requestId }) }));
  }
  const writers = { stdout: writer("stdout"), stderr: writer("stderr") };

  /** Ends the invocation, or the loading. Later ends are dropped. */
  function settle(result: (requestId: string) => RunResult): void {
    for (const { flush } of Object.values(writers)) flush();
    cancelGuard();
    const { requestId = "", resolve } = current ?? {};
    current = undefined;
    resolve?.(result(requestId));
  }

  function fail(error: (requestId: string) => FunctionError): void {
    isUsable = false;
    onLoaded(error);
    settle((requestId) => ({ kind: "failed", error: error(requestId) }));
  }

  const worker = new Worker(PROGRAM, {
    env: variables,
    execArgv: EXEC_ARGV,
    workerData: { ...start, gate } satisfies WorkerStart,
    resourceLimits: resourceLimits(memoryMegabytes),
  });
  // The emulator's server keeps the process alive, not its functions.
  worker.unref();
  const initTimer = setTimeout(() => {
    fail(initTimedOut);
    void worker.terminate();
  }, INIT_MILLIS).unref();

  worker.on("message", (message: WorkerMessage) => {
    switch (message.kind) {
      case "ready":
        clearTimeout(initTimer);
        for (const { flush } of Object.values(writers)) flush();
        onLoaded(undefined);
        break;
      case "output":
        writers[message.stream].write(message.text);
        Atomics.sub(shared, GATE.unread, message.text.length);
        Atomics.notify(shared, GATE.unread);
        break;
      case "returned":
        settle(() => message);
        break;
      case "failed":
        if (message.isFatal) fail(() => message.error);
        else settle(() => ({ kind: "failed", error: message.error }));
    }
  });
  worker.on("error", (error: Error & { readonly code?: string }) => {
    fail(error.code === "ERR_WORKER_OUT_OF_MEMORY" ? outOfMemory : () => functionError(error));
  });
  worker.on("exit", (status) => {
    clearTimeout(initTimer);
    fail((requestId) => exitError(requestId, status));
  });

  return {
    ready,
    isUsable: () => isUsable,
    invoke(context, invocation) {
      return new Promise((resolve) => {
        const { getRemainingTimeInMillis: _, callbackWaitsForEmptyEventLoop: __, ...fields } = context;
        current = { requestId: context.awsRequestId, resolve };
        cancelGuard = guardMemory(worker, memoryMegabytes, () => {
          fail(outOfMemory);
          void worker.terminate();
        });
        worker.postMessage({ ...invocation, context: fields } satisfies WorkerInvocation);
        // The thread sleeps on the gate. The message is there before it wakes.
        Atomics.add(shared, GATE.invocations, 1);
        Atomics.notify(shared, GATE.invocations);
      });
    },
    async end() {
      isUsable = false;
      current = undefined;
      // Not an error of the function.
      onLoaded(undefined);
      cancelGuard();
      await worker.terminate();
    },
  };
}

function outOfMemory(requestId: string): FunctionError {
  const errorMessage = `RequestId: ${requestId} Error: Runtime exited with error: signal: killed`;
  return { errorType: "Runtime.OutOfMemory", errorMessage, trace: [] };
}

function initTimedOut(requestId: string): FunctionError {
  const seconds = (INIT_MILLIS / 1000).toFixed(2);
  const errorMessage = `RequestId: ${requestId} Error: Task timed out after ${seconds} seconds`;
  return { errorType: "Sandbox.Timedout", errorMessage, trace: [] };
}
