import { AsyncLocalStorage } from "node:async_hooks";
import type { FunctionError } from "./lambda-function.ts";

type Execution = {
  readonly requestId: string;
  /** Ends the invocation as failed, or reports the fault of one that has ended already. */
  readonly fail: (error: FunctionError) => void;
};

/** Which invocation the running code belongs to: timers, callbacks and promises that a handler began belong to its own. */
export const executions = new AsyncLocalStorage<Execution>();
