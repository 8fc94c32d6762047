import type { Functions } from "../lambda/functions.ts";
import type { Invocation } from "../lambda/lambda-function.ts";
import type { Scheduler } from "../scheduler.ts";
import { MAX_INTEGRATION_TIMEOUT_MS } from "./quotas.ts";

export type Integrate = (
  target: { readonly functionName: string; readonly integrationTimeoutMillis?: number },
  event: unknown,
) => Promise<Invocation | { readonly kind: "timed-out" }>;

/** Invokes a function as the gateway does: what takes longer is given up, and goes on by itself. */
export function makeIntegrate(deps: { readonly functions: Functions; readonly scheduler: Scheduler }): Integrate {
  return ({ functionName, integrationTimeoutMillis = MAX_INTEGRATION_TIMEOUT_MS }, event) =>
    new Promise((resolve) => {
      const cancel = deps.scheduler.after(integrationTimeoutMillis, () => resolve({ kind: "timed-out" }));
      void deps.functions.invoke(functionName, event).then((invocation) => {
        cancel();
        resolve(invocation);
      });
    });
}
