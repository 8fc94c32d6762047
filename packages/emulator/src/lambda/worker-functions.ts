import { resolve } from "node:path";
import type { Clock } from "../clock/clock.ts";
import type { FunctionDescription } from "../template/stack-description.ts";
import type { Reloadable } from "../watch/watch-functions.ts";
import { checkCode, findHandler, nodeMajor } from "./find-handler.ts";
import { settingsOf } from "./function-settings.ts";
import type { FunctionError, LambdaFunction } from "./lambda-function.ts";
import type { Environment } from "./process-environment.ts";
import type { OwnEndpoint } from "./worker/own-endpoint.ts";
import { type FunctionOutput, type HostedPool, makeWorkerPool } from "./worker-pool.ts";

/** The functions of a template with the threads that some of them run in. */
export type HostedFunctions = {
  readonly functions: readonly LambdaFunction[];
  /** Called once the emulator listens: a function may call it while it loads. */
  warmUp(): Promise<void>;
  close(): Promise<void>;
  /** The functions whose code can be replaced while the emulator runs: those in threads. */
  readonly reloadable: readonly Reloadable[];
};

export type WorkerFunctionsDependencies = {
  readonly descriptions: readonly FunctionDescription[];
  /** The folder that each `CodeUri` is relative to. */
  readonly folder: string;
  readonly ownEndpoint: OwnEndpoint;
  readonly environmentOf: (fn: FunctionDescription) => Environment;
  readonly clock: Clock;
  readonly onOutput: (output: FunctionOutput) => void;
  readonly warn: (line: string) => void;
};

/**
 * Gives each function worker threads of its own. `warmUp` loads each once, one after another, and names those that fail
 * to load; their invocations fail likewise, as on Lambda. Throws TemplateError if the code of a function cannot run here.
 */
export function makeWorkerFunctions({
  descriptions,
  folder,
  ownEndpoint,
  environmentOf,
  ...deps
}: WorkerFunctionsDependencies): HostedFunctions {
  for (const fn of descriptions) checkCode(fn, folder);
  const pool = makeWorkerPool(deps);
  const hosted: readonly { readonly fn: FunctionDescription; readonly pooled: HostedPool }[] = descriptions.map(
    (fn) => {
      const major = nodeMajor(fn);
      const variables = { ...setInWorkers(fn, { folder, major }), ...environmentOf(fn) } as Record<string, string>;
      const describe = () => {
        const { path: _, ...handler } = findHandler(fn, folder);
        return { handler, nodeMajor: major, ownEndpoint, memoryMegabytes: fn.memoryMegabytes, variables };
      };
      const onLoadError = ({ errorType, errorMessage }: FunctionError) => {
        const { file, line } = fn.codeAt;
        deps.warn(`${file}:${line}: ${fn.logicalId} does not load: ${errorType}: ${errorMessage}`);
      };
      return { fn, pooled: pool.add({ name: fn.name, describe, onLoadError }) };
    },
  );
  return {
    functions: hosted.map(({ fn, pooled: { host } }) => ({ ...settingsOf(fn), host })),
    async warmUp() {
      for (const { pooled } of hosted) await pooled.warmUp();
    },
    close: () => pool.close(),
    reloadable: hosted.map(({ fn, pooled }) => ({ ...pooled, name: fn.name, folder: codeFolder(fn, folder) })),
  };
}

/** Variables that Lambda sets, which depend on the place of the code (Lambda developer guide, "Defined runtime …"). */
function setInWorkers(fn: FunctionDescription, { folder, major }: { folder: string; major: number }): Environment {
  return { LAMBDA_TASK_ROOT: codeFolder(fn, folder), AWS_EXECUTION_ENV: `AWS_Lambda_nodejs${major}.x` };
}

function codeFolder({ codeUri }: FunctionDescription, folder: string): string {
  return resolve(folder, codeUri);
}
