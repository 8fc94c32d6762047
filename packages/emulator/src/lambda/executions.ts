import { AsyncLocalStorage } from "node:async_hooks";
import type { FunctionError } from "./lambda-function.ts";

type Execution = {
  readonly requestId: string;
  /** Ends the invocation as failed, or reports the fault if it has ended already. */
  readonly fail: (error: FunctionError) => void;
};

/** The invocation of the running code, also in timers, callbacks and promises that a handler started. */
export const executions = new AsyncLocalStorage<Execution>();
