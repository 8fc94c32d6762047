import { type FSWatcher, readdirSync, statSync, watch } from "node:fs";
import { join, sep } from "node:path";

/** Folders that hold no code of the project, and files that editors leave beside it. */
const IGNORED = /^(?:node_modules|\..*|.*~)$/;

/**
 * Calls `onChange` for each change of a file in a folder; with `isDeep` also in the folders below it, and in those that
 * are made later. The system's own way to watch a whole tree would watch node_modules too. Throws if the folder cannot
 * be watched. The result stops it.
 */
export function watchFolder(
  folder: string,
  onChange: () => void,
  { isDeep }: { readonly isDeep: boolean },
): () => void {
  const watchers = new Map<string, FSWatcher>();

  /** Stops watching a folder and all below it. */
  function stop(path: string): void {
    for (const [below, watcher] of watchers) {
      if (below !== path && !below.startsWith(path + sep)) continue;
      watcher.close();
      watchers.delete(below);
    }
  }

  function onEntry(path: string, event: string, name: string | null): void {
    if (name === null || IGNORED.test(name)) return;
    onChange();
    if (!isDeep) return;
    const entry = join(path, name);
    // Made, removed or replaced: a watcher that is there may be that of the folder before.
    if (event === "rename") stop(entry);
    try {
      if (statSync(entry, { throwIfNoEntry: false })?.isDirectory()) add(entry);
    } catch {
      // It has gone again, cannot be read, or the system has no room for more watchers. The folders above are watched.
    }
  }

  function add(path: string): void {
    if (watchers.has(path)) return;
    const watcher = watch(path, { persistent: false }, (event, name) => onEntry(path, event, name));
    watcher.on("error", () => stop(path));
    watchers.set(path, watcher);
    if (!isDeep) return;
    for (const entry of readdirSync(path, { withFileTypes: true })) {
      if (entry.isDirectory() && !IGNORED.test(entry.name)) add(join(path, entry.name));
    }
  }

  add(folder);
  return () => stop(folder);
}
