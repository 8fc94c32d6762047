import type { Quotas } from "../../../packages/emulator/src/gateway/quotas.ts";
import { type Runtime, type RuntimeDescription, startRuntime } from "../../../packages/emulator/src/runtime.ts";
import { realScheduler } from "../../../packages/emulator/src/scheduler.ts";
import { localEnvironment } from "./environment.ts";
import { loadFunctions, readLocalStack } from "./local-stack.ts";
import type { Options } from "./options.ts";

/** Runs what the template declares, in this process and its environment. Once per process: handlers load only once. */
export async function startLocalStack(
  options: Options,
  terminal: Pick<RuntimeDescription, "note" | "onFailure"> & { readonly quotas: Quotas },
): Promise<Runtime> {
  const stack = readLocalStack(options);
  for (const line of stack.notes) terminal.note(line);
  const [{ name: stage }] = stack.api.stages;
  replaceEnvironment(localEnvironment({ ...options, stage }, stack.functions, process.env));
  return startRuntime({
    api: stack.api,
    functions: await loadFunctions(stack.functions),
    eventing: stack,
    port: options.port,
    scheduler: realScheduler,
    ...terminal,
  });
}

function replaceEnvironment(wanted: Readonly<Record<string, string | undefined>>): void {
  for (const name of Object.keys(process.env)) if (!(name in wanted)) delete process.env[name];
  Object.assign(process.env, wanted);
}
