import { existsSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { LambdaHandler } from "./lambda/lambda-function.ts";
import type { FunctionDescription } from "./template/stack-description.ts";
import { TemplateError } from "./template/template-error.ts";

/** Loads the handler of a function that the template declares. */
export type LoadFunction = (fn: FunctionDescription) => LambdaHandler | Promise<LambdaHandler>;

const EXTENSIONS = [".js", ".mjs", ".cjs", ".ts", ".mts", ".cts"];

/**
 * Finds handlers as Lambda does: `Handler: index.handler` is the export `handler` of the module `index` in the folder
 * `CodeUri`, which is relative to the template's. Throws TemplateError.
 */
export function loadFromFolder(folder: string): LoadFunction {
  return async (fn) => {
    const { handler, codeUri, codeAt, logicalId } = fn;
    const [module = "", ...exportPath] = basename(handler).split(".");
    const path = resolve(folder, codeUri, dirname(handler), module);
    const file = EXTENSIONS.map((extension) => `${path}${extension}`).find(existsSync);
    if (file === undefined)
      throw new TemplateError(codeAt, `${logicalId} has no module ${path} (${EXTENSIONS.join(", ")})`);
    const exported = memberAt(await import(pathToFileURL(file).href), exportPath);
    if (typeof exported === "function") return exported as LambdaHandler;
    throw new TemplateError(codeAt, `${logicalId}: ${file} exports no function ${exportPath.join(".")}`);
  };
}

/**
 * The export at a path. If Node.js does not find a CommonJS module's exports by reading it, they are members of the
 * default export.
 */
function memberAt(module: Readonly<Record<string, unknown>>, path: readonly string[]): unknown {
  return member(module, path) ?? member(module["default"], path);
}

function member(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((object, name) => (object as Record<string, unknown> | undefined)?.[name], value);
}
