import type { Functions } from "../lambda/functions.ts";
import type { Invocation } from "../lambda/lambda-function.ts";
import type { Scheduler } from "../scheduler.ts";

/** A WebSocket API waits no longer for any function, and the quota cannot be raised. */
const INTEGRATION_TIMEOUT_MS = 29_000;

export type Integrate = (functionName: string, event: unknown) => Promise<Invocation | { readonly kind: "timed-out" }>;

/** Invokes a function as the gateway does: what takes longer is given up, and goes on by itself. */
export function makeIntegrate(deps: { readonly functions: Functions; readonly scheduler: Scheduler }): Integrate {
  return (functionName, event) =>
    new Promise((resolve) => {
      const cancel = deps.scheduler.after(INTEGRATION_TIMEOUT_MS, () => resolve({ kind: "timed-out" }));
      void deps.functions.invoke(functionName, event).then((invocation) => {
        cancel();
        resolve(invocation);
      });
    });
}
