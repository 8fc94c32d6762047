import type { Faults } from "../faults/faults.ts";
import type { Cancel, Scheduler } from "../scheduler.ts";
import { type FunctionHost, failed, type HostedInvocation } from "./lambda-function.ts";

/** A host whose function is slow, fails or hangs if a fault says so. Its timeout still ends it. */
export function withFaults(
  name: string,
  host: FunctionHost,
  { faults, scheduler }: { readonly faults: Faults; readonly scheduler: Scheduler },
): FunctionHost {
  return async (invocation) => {
    const slow = faults.strikes("function-slow", name);
    const hanging = faults.strikes("function-hanging", name);
    const failing = hanging ?? faults.strikes("function-failing", name);
    const run = slow === undefined ? host : begunBy(host, slow.settings["by"] ?? 0, scheduler);
    if (failing === undefined) return run(invocation);
    const isAfterwards = failing.settings["after"] === 1;
    if (isAfterwards) await run(invocation);
    if (hanging === undefined) return failed("FaultOnDemand", "a fault on demand fails this invocation");
    if (!isAfterwards) invocation.begin();
    return new Promise<never>(() => {});
  };
}

/** A host that begins later. The function's time runs meanwhile; once that is over, the function does not run. */
function begunBy(host: FunctionHost, millis: number, scheduler: Scheduler): FunctionHost {
  return async (invocation: HostedInvocation) => {
    let stop: (() => void) | undefined;
    let isOver = false;
    let cancelWait: Cancel = () => {};
    const context = invocation.begin(() => {
      isOver = true;
      cancelWait();
      stop?.();
    });
    await new Promise<void>((go) => {
      cancelWait = scheduler.after(millis, go);
    });
    const begin: HostedInvocation["begin"] = (toStop) => {
      stop = toStop;
      // The host may have waited for a thread meanwhile.
      if (isOver) toStop?.();
      return context;
    };
    return host({ ...invocation, begin });
  };
}
