import type { Quotas } from "../../../packages/emulator/src/gateway/quotas.ts";
import { type Runtime, startRuntime } from "../../../packages/emulator/src/runtime.ts";
import { realScheduler } from "../../../packages/emulator/src/scheduler.ts";
import { localEnvironment } from "./environment.ts";
import { loadFunctions, readLocalStack } from "./local-stack.ts";
import type { Options } from "./options.ts";
import { makePrintEvents } from "./print-events.ts";

/** Runs what the template declares, in this process and its environment. Once per process: handlers load only once. */
export async function startLocalStack(
  options: Options,
  { quotas, warn }: { readonly quotas: Quotas; readonly warn: (line: string) => void },
): Promise<Runtime> {
  const stack = readLocalStack(options);
  for (const line of stack.warnings) warn(line);
  const [{ name: stage }] = stack.api.stages;
  replaceEnvironment(localEnvironment({ ...options, stage }, stack.functions, process.env));
  return startRuntime({
    api: stack.api,
    functions: await loadFunctions(stack.functions),
    eventing: stack,
    port: options.port,
    scheduler: realScheduler,
    quotas,
    observer: makePrintEvents(warn),
  });
}

function replaceEnvironment(wanted: Readonly<Record<string, string | undefined>>): void {
  for (const name of Object.keys(process.env)) if (!(name in wanted)) delete process.env[name];
  Object.assign(process.env, wanted);
}
