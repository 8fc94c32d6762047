import { readFileSync } from "node:fs";
import { registerHooks } from "node:module";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

/**
 * Puts a file in the place of infra/identity-providers.json, for all modules that are imported later. Returns false if
 * it is no file with JSON; a line then says so. A build does the same with the variable of that name.
 */
export function useIdentityProviders(file: string | undefined): boolean {
  if (file === undefined || file === "") return true;
  try {
    JSON.parse(readFileSync(file, "utf8"));
  } catch {
    console.error("portcullis: IDENTITY_PROVIDERS must name a JSON file");
    process.exitCode = 2;
    return false;
  }
  const url = pathToFileURL(resolve(file)).href;
  registerHooks({
    resolve: (specifier, context, next) => next(specifier === "#identity-providers" ? url : specifier, context),
  });
  return true;
}
