import { type FSWatcher, readdirSync, statSync, watch } from "node:fs";
import { join } from "node:path";

/** Folders that hold no code of the project, and files that editors leave beside it. */
const IGNORED = /^(?:node_modules|\..*|.*~)$/;

/**
 * Calls `onChange` for each change of a file below a folder, also in folders that are made later. The system's own way
 * to watch a whole tree would watch node_modules too. Throws if the folder cannot be watched. The result stops it.
 */
export function watchFolder(folder: string, onChange: () => void): () => void {
  const watchers = new Map<string, FSWatcher>();

  function stop(path: string): void {
    watchers.get(path)?.close();
    watchers.delete(path);
  }

  function onEntry(path: string, name: string | null): void {
    if (name === null || IGNORED.test(name)) return;
    onChange();
    const entry = join(path, name);
    const isFolder = statSync(entry, { throwIfNoEntry: false })?.isDirectory() ?? false;
    try {
      if (isFolder) add(entry);
      else stop(entry);
    } catch {
      // It has gone again, or the system has no room for more watchers. The folders above are watched.
    }
  }

  function add(path: string): void {
    if (watchers.has(path)) return;
    const watcher = watch(path, { persistent: false }, (_, name) => onEntry(path, name));
    watcher.on("error", () => stop(path));
    watchers.set(path, watcher);
    for (const entry of readdirSync(path, { withFileTypes: true })) {
      if (entry.isDirectory() && !IGNORED.test(entry.name)) add(join(path, entry.name));
    }
  }

  add(folder);
  return () => {
    for (const path of [...watchers.keys()]) stop(path);
  };
}
