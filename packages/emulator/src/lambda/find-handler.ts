import { existsSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import type { FunctionDescription } from "../template/stack-description.ts";
import { TemplateError } from "../template/template-error.ts";
import type { HandlerLocation } from "./worker/messages.ts";

/** Lambda's own, and those of TypeScript. */
const EXTENSIONS = [".js", ".mjs", ".cjs", ".ts", ".mts", ".cts"];

/** The newest version, for a template that names none. */
const DEFAULT_NODE_MAJOR = 24;

/**
 * Finds a handler as Lambda does: `Handler: index.handler` is the export `handler` of the module `index` in the folder
 * `CodeUri`, which is relative to the template's.
 */
export function findHandler(
  { handler, codeUri }: Pick<FunctionDescription, "handler" | "codeUri">,
  folder: string,
): HandlerLocation & { readonly path: string } {
  const [module = "", ...exportPath] = basename(handler).split(".");
  const path = resolve(folder, codeUri, dirname(handler), module);
  const file = EXTENSIONS.map((extension) => `${path}${extension}`).find(existsSync);
  return { name: handler, module, exportPath, file, path };
}

/** Throws TemplateError if the function has no module. */
export function checkCode(fn: FunctionDescription, folder: string): void {
  const { codeAt, logicalId } = fn;
  const { file, path } = findHandler(fn, folder);
  if (file === undefined) {
    throw new TemplateError(codeAt, `${logicalId} has no module ${path} (${EXTENSIONS.join(", ")})`);
  }
}

/** The major version of `Runtime: nodejs24.x`; the newest if the template names none. */
export function nodeMajor({ runtime = "" }: FunctionDescription): number {
  const [, major] = /^nodejs(\d+)/.exec(runtime) ?? [];
  return major === undefined ? DEFAULT_NODE_MAJOR : Number(major);
}
