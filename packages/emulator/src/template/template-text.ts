import { readFileSync } from "node:fs";
import { UsageError } from "../../../../src/entrypoints/local/command-line.ts";

/** The text of a template below a folder. Throws UsageError where it cannot be read. */
export function templateText(file: string, folder: URL): string {
  try {
    return readFileSync(new URL(file, folder), "utf8");
  } catch (error) {
    throw new UsageError(`${file} cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
}
