import type { Context } from "aws-lambda";
import type { Rehearsal } from "../../application/rehearsal.ts";
import { compose, resolve } from "./container.ts";
import type { Get, Module } from "./module.ts";
import { runBeforeFirstEvent } from "./priming.ts";
import { services } from "./services.ts";

type LambdaFunction<Response> = {
  readonly modules: readonly Module[];
  readonly handler: (get: Get) => (event: unknown, context: Context) => Promise<Response>;
  readonly rehearse?: (rehearsal: Rehearsal) => Promise<unknown>;
};

/**
 * A function as Lambda runs it: its handler, and `prime`, which Lambda awaits while it initialises the function
 * (decision 19). Only `index.mjs` calls `prime`. `npm start` and tests load the handler, and nothing else happens.
 */
export function lambdaFunction<Response>({ modules, handler, rehearse }: LambdaFunction<Response>) {
  const container = compose(...modules);
  const get: Get = (id) => resolve(container, id);
  const prime = (): Promise<void> => {
    const tasks = modules.flatMap((module) => [
      () => module.prime?.(get),
      () => module.rehearsal && rehearse?.(module.rehearsal(get)),
    ]);
    return runBeforeFirstEvent(tasks, get(services.logger));
  };
  return { handler: handler(get), prime };
}
