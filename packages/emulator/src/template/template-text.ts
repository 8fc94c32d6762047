import { readFileSync } from "node:fs";
import { TemplateError } from "./template-error.ts";

/** Reads the text of a template. Throws TemplateError if the file cannot be read. */
export function templateText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new TemplateError({ file: path }, `cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
}
