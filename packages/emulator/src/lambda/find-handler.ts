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

/** Throws TemplateError if the function's code cannot run here, whatever is in its module. */
export function checkCode(fn: FunctionDescription, folder: string): void {
  const { codeUri, codeAt, logicalId } = fn;
  if (/^s3:\/\//i.test(codeUri)) {
    throw new TemplateError(codeAt, `${logicalId}.CodeUri is in S3: give the folder with the code`);
  }
  if (/\.(?:zip|jar)$/i.test(codeUri)) {
    throw new TemplateError(codeAt, `${logicalId}.CodeUri is an archive: give the folder that is packed into it`);
  }
  nodeMajor(fn);
  const { file, path } = findHandler(fn, folder);
  if (file === undefined) {
    throw new TemplateError(codeAt, `${logicalId} has no module ${path} (${EXTENSIONS.join(", ")})`);
  }
}

/** The major version of `Runtime: nodejs24.x`. Throws TemplateError for other languages. */
export function nodeMajor({ runtime, logicalId, at }: FunctionDescription): number {
  if (runtime === undefined) return DEFAULT_NODE_MAJOR;
  const [, major] = /^nodejs(\d+)(?:\.x)?$/.exec(runtime) ?? [];
  if (major === undefined) {
    throw new TemplateError(at, `${logicalId}.Runtime is ${runtime}: only functions for Node.js run here`);
  }
  return Number(major);
}
