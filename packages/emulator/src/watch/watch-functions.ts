import { readFileSync } from "node:fs";
import { dirname } from "node:path";
import type { Observe } from "../observer.ts";
import { watchFolder } from "./watch-folder.ts";

/** A function whose threads can be replaced. */
export type Reloadable = {
  readonly name: string;
  /** The folder of its code. */
  readonly folder: string;
  retire(): void;
  warmUp(): Promise<void>;
};

/** An editor saves a file in several steps. */
const QUIET_MILLIS = 50;

/**
 * Replaces the threads of a function after each edit in its folder: the next invocation runs the new code. `warn` gets
 * a line for an edit of the template, which is read only at the start. The result stops it.
 */
export function watchFunctions({
  functions,
  template,
  observe,
  warn,
}: {
  readonly functions: readonly Reloadable[];
  /** The path of the template, if it is a file. */
  readonly template: string | undefined;
  readonly observe: Observe;
  readonly warn: (line: string) => void;
}): () => void {
  // Functions may share a folder.
  const stops = [...new Set(functions.map(({ folder }) => folder))].map((folder) => {
    const own = functions.filter((fn) => fn.folder === folder);
    return watchQuietly(folder, {
      ...{ warn, isDeep: true },
      atOnce() {
        for (const { retire } of own) retire();
      },
      async onceQuiet() {
        for (const { name } of own) observe({ kind: "function-reloaded", functionName: name });
        for (const { warmUp } of own) await warmUp();
      },
    });
  });
  if (template !== undefined) stops.push(watchTemplate(template, warn));
  return () => {
    for (const stop of stops) stop();
  };
}

function watchTemplate(template: string, warn: (line: string) => void): () => void {
  let text = readText(template);
  return watchQuietly(dirname(template), {
    ...{ warn, isDeep: false },
    atOnce: () => {},
    async onceQuiet() {
      const now = readText(template);
      if (now !== undefined && now !== text) warn(`${template} has changed: restart the emulator to read it`);
      text = now ?? text;
    },
  });
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}

/** Time here is that of files, not the emulator's. */
function watchQuietly(
  folder: string,
  {
    warn,
    isDeep,
    atOnce,
    onceQuiet,
  }: {
    readonly warn: (line: string) => void;
    readonly isDeep: boolean;
    readonly atOnce: () => void;
    readonly onceQuiet: () => Promise<void>;
  },
): () => void {
  let timer: NodeJS.Timeout | undefined;
  try {
    const onChange = () => {
      atOnce();
      clearTimeout(timer);
      timer = setTimeout(() => void onceQuiet(), QUIET_MILLIS).unref();
    };
    const stop = watchFolder(folder, onChange, { isDeep });
    return () => {
      clearTimeout(timer);
      stop();
    };
  } catch (error) {
    warn(`${folder} cannot be watched (${(error as NodeJS.ErrnoException).code}): edits there need a restart`);
    return () => {};
  }
}
