import type { Faults } from "../faults/faults.ts";
import type { Scheduler } from "../scheduler.ts";
import type { LambdaFunction } from "./lambda-function.ts";

/** The error of a function that fails on demand. */
class FaultOnDemand extends Error {
  override readonly name = "FaultOnDemand";
}

/** A function that is slow, fails or hangs if a fault says so. Its timeout still ends it. */
export function withFaults(
  fn: LambdaFunction,
  { faults, scheduler }: { readonly faults: Faults; readonly scheduler: Scheduler },
): LambdaFunction {
  const { name, handler } = fn;
  return {
    ...fn,
    async handler(event, context) {
      const slow = faults.strikes("function-slow", name);
      if (slow !== undefined) await new Promise<void>((go) => scheduler.after(slow.settings["by"] ?? 0, go));
      const hanging = faults.strikes("function-hanging", name);
      const failing = hanging ?? faults.strikes("function-failing", name);
      if (failing === undefined) return handler(event, context);
      if (failing.settings["after"] === 1) await handler(event, context);
      if (hanging !== undefined) return new Promise<never>(() => {});
      throw new FaultOnDemand("a fault on demand fails this invocation");
    },
  };
}
