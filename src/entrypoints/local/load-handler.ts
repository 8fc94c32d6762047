import { existsSync } from "node:fs";
import { basename } from "node:path";
import { type FunctionDescription, type LambdaHandler, TemplateError } from "@portcullis/emulator";

const FUNCTIONS = new URL("../lambda/functions/", import.meta.url);

type Code = Pick<FunctionDescription, "logicalId" | "codeUri" | "handler" | "codeAt">;

/** The file in src/entrypoints/lambda/functions of a function. Its name is the last folder of CodeUri. */
export function handlerFile({ logicalId, codeUri, handler, codeAt }: Code): URL {
  if (handler !== "index.handler") {
    throw new TemplateError(codeAt, `${logicalId}.Handler must be index.handler, the name that the build gives it`);
  }
  const name = `${basename(codeUri)}.ts`;
  const file = new URL(name, FUNCTIONS);
  if (existsSync(file)) return file;
  throw new TemplateError(codeAt, `${logicalId}.CodeUri has no handler: there is no file ${name}`);
}

/** Imports a handler from its source, without a build. It reads its settings while it loads. */
export async function loadHandler(fn: Code): Promise<LambdaHandler> {
  const { handler }: { handler: LambdaHandler } = await import(handlerFile(fn).href);
  return handler;
}
