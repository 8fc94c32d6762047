import { format } from "node:util";
import { beforeEach, describe, it } from "vitest";

/** The functions that a contract calls: vitest's own, or those that only collect its cases. */
export type Suite = {
  readonly describe: typeof describe;
  readonly it: typeof it;
  readonly beforeEach: typeof beforeEach;
};

export const VITEST: Suite = { describe, it, beforeEach };

/** A case. Its title begins with the titles of its groups. */
export type Case = { readonly title: string; readonly run: () => Promise<void> };

type Hook = () => unknown;

/** The cases of a contract, to run outside vitest: a mutant is found by the case that fails on it. */
export function casesOf(contract: (suite: Suite) => void): readonly Case[] {
  const cases: Case[] = [];
  let hooks: readonly Hook[] = [];
  let path: readonly string[] = [];

  function add(title: string, check: (...row: unknown[]) => unknown, row: readonly unknown[]): void {
    const before = hooks;
    const run = async () => {
      for (const hook of before) await hook();
      await check(...row);
    };
    cases.push({ title: [...path, title].join(" "), run });
  }

  const collecting = {
    describe: (title: string, body: () => void) => {
      const outer = { hooks, path };
      path = [...path, title];
      body();
      ({ hooks, path } = outer);
    },
    beforeEach: (hook: Hook) => {
      hooks = [...hooks, hook];
    },
    it: Object.assign((title: string, check: () => unknown) => add(title, check, []), {
      each: (rows: readonly unknown[]) => (title: string, check: (...row: unknown[]) => unknown) => {
        for (const row of rows) {
          const values = Array.isArray(row) ? row : [row];
          add(format(title, ...values.slice(0, title.match(/%\w/g)?.length)), check, values);
        }
      },
    }),
  };
  contract(collecting as unknown as Suite);
  return cases;
}
