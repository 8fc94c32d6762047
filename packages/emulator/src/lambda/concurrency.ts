import type { FunctionSettings } from "./function-settings.ts";

/** Lambda's default for an account and region. */
const CONCURRENT_EXECUTIONS = 1000;

/** How many executions run, of functions with a number of their own and of all others together. */
export type Concurrency = {
  /** False if the function is throttled. */
  take(fn: FunctionSettings): boolean;
  give(fn: FunctionSettings): void;
};

/**
 * Counts executions (Lambda developer guide, "Understanding Lambda function scaling"): a function with reserved
 * concurrency has exactly that many, and takes them from all others.
 */
export function makeConcurrency(functions: readonly FunctionSettings[]): Concurrency {
  const reserved = functions.reduce((sum, { reservedConcurrency = 0 }) => sum + reservedConcurrency, 0);
  const others = { most: Math.max(0, CONCURRENT_EXECUTIONS - reserved), running: 0 };
  const own = new Map(
    functions.flatMap(({ name, reservedConcurrency: most }) =>
      most === undefined ? [] : [[name, { most, running: 0 }]],
    ),
  );
  const poolOf = ({ name }: FunctionSettings) => own.get(name) ?? others;
  return {
    take(fn) {
      const pool = poolOf(fn);
      if (pool.running >= pool.most) return false;
      pool.running += 1;
      return true;
    },
    give(fn) {
      poolOf(fn).running -= 1;
    },
  };
}
