import type { FunctionDescription } from "../template/stack-description.ts";
import { settingsOf } from "./function-settings.ts";
import type { LambdaFunction } from "./lambda-function.ts";
import type { LoadFunction } from "./load-function.ts";
import { type Environment, withEnvironment } from "./process-environment.ts";
import { type HostedFunctions, makeWorkerFunctions, type WorkerFunctionsDependencies } from "./worker-functions.ts";

/**
 * Hosts each function: in this process if `loadFunction` gives its handler, and else in threads of its own. Throws
 * TemplateError if the code of a function cannot run here, and what `loadFunction` throws.
 */
export async function hostFunctions(
  descriptions: readonly FunctionDescription[],
  loadFunction: LoadFunction | undefined,
  deps: Omit<WorkerFunctionsDependencies, "descriptions">,
): Promise<HostedFunctions> {
  const loaded =
    loadFunction === undefined
      ? new Map<string, LambdaFunction>()
      : await loadHandlers(descriptions, loadFunction, deps.environmentOf);
  const threads = makeWorkerFunctions({ ...deps, descriptions: descriptions.filter((fn) => !loaded.has(fn.name)) });
  const byName = new Map([...loaded.values(), ...threads.functions].map((fn) => [fn.name, fn]));
  const functions = descriptions.flatMap(({ name }) => byName.get(name) ?? []);
  return { ...threads, functions };
}

/**
 * Loads handlers into this process, one after another. So a function that fails to load is reported alone, and the
 * order is the template's in every run.
 */
async function loadHandlers(
  descriptions: readonly FunctionDescription[],
  loadFunction: LoadFunction,
  environmentOf: (fn: FunctionDescription) => Environment,
): Promise<ReadonlyMap<string, LambdaFunction>> {
  const loaded = new Map<string, LambdaFunction>();
  for (const fn of descriptions) {
    const environment = environmentOf(fn);
    const handler = await withEnvironment(environment, async () => loadFunction(fn));
    if (handler === undefined) continue;
    if (typeof handler !== "function") throw new TypeError(`loadFunction gives no function for ${fn.logicalId}`);
    loaded.set(fn.name, {
      ...settingsOf(fn),
      handler: (event, context) => withEnvironment(environment, () => handler(event, context)),
    });
  }
  return loaded;
}
