import { existsSync } from "node:fs";
import { basename } from "node:path";
import { type FunctionDescription, type LambdaHandler, TemplateError } from "@portcullis/emulator";

const FUNCTIONS = new URL("../lambda/functions/", import.meta.url);

type Code = Pick<FunctionDescription, "logicalId" | "codeUri" | "handler" | "codeAt">;

/** The file of src/entrypoints/lambda/functions that a function is built from: the last folder of CodeUri is its name. */
export function handlerFile({ logicalId, codeUri, handler, codeAt }: Code): URL {
  if (handler !== "index.handler") {
    throw new TemplateError(codeAt, `${logicalId}.Handler must be index.handler, which the build makes`);
  }
  const name = `${basename(codeUri)}.ts`;
  const file = new URL(name, FUNCTIONS);
  if (existsSync(file)) return file;
  throw new TemplateError(codeAt, `${logicalId}.CodeUri has no handler: ${name} is not there`);
}

/** The handler as it is, without a build. It reads its settings while it loads. */
export async function loadHandler(fn: Code): Promise<LambdaHandler> {
  const { handler }: { handler: LambdaHandler } = await import(handlerFile(fn).href);
  return handler;
}
