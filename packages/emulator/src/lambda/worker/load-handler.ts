import { pathToFileURL } from "node:url";
import type { LambdaHandler } from "../lambda-function.ts";
import type { HandlerLocation, WorkerStart } from "./messages.ts";

/** An error of Lambda's runtime interface client for Node.js, with its type as the name. */
export class RuntimeError extends Error {
  constructor(type: string, message: string, stack?: string) {
    super(message);
    this.name = `Runtime.${type}`;
    if (stack !== undefined) this.stack = stack;
  }
}

const NO_CALLBACKS =
  "ERROR: AWS Lambda has removed support for callback-based function handlers starting with Node.js 24. You need to " +
  "modify this function to use a supported handler signature to use Node.js 24 or later. For more information see " +
  "https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html.";

/** Loads the handler, or throws the error that Lambda's runtime would report. */
export async function loadHandler({ handler, nodeMajor }: WorkerStart): Promise<LambdaHandler> {
  const { name, exportPath } = handler;
  if (name.includes("..")) {
    const rule = "Use absolute paths when specifying root directories in handler names.";
    throw new RuntimeError("MalformedHandlerName", `'${name}' is not a valid handler name. ${rule}`);
  }
  if (exportPath.length === 0) throw new RuntimeError("MalformedHandlerName", "Bad handler");
  const exported = memberAt(await importModule(handler), exportPath);
  if (!exported) throw new RuntimeError("HandlerNotFound", `${name} is undefined or not exported`);
  if (typeof exported !== "function") throw new RuntimeError("HandlerNotFound", `${name} is not a function`);
  if (nodeMajor >= 24 && exported.length >= 3) throw new RuntimeError("CallbackHandlerDeprecated", NO_CALLBACKS);
  return exported as LambdaHandler;
}

async function importModule({ file, module }: HandlerLocation): Promise<Readonly<Record<string, unknown>>> {
  if (file === undefined) throw new RuntimeError("ImportModuleError", `Error: Cannot find module '${module}'`);
  try {
    return await import(pathToFileURL(file).href);
  } catch (error) {
    if (error instanceof SyntaxError) throw new RuntimeError("UserCodeSyntaxError", String(error), error.stack);
    const isMissing = error instanceof Error && "code" in error && error.code === "MODULE_NOT_FOUND";
    // As in Lambda, an ES module's missing import (ERR_MODULE_NOT_FOUND) keeps its own type.
    throw isMissing ? new RuntimeError("ImportModuleError", String(error)) : error;
  }
}

/**
 * The export at a path. If Node.js does not find a CommonJS module's exports by reading it, they are members of the
 * default export.
 */
function memberAt(module: Readonly<Record<string, unknown>>, path: readonly string[]): unknown {
  return member(module, path) || member(module["default"], path);
}

function member(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((object, name) => (object as Record<string, unknown> | undefined)?.[name], value);
}
