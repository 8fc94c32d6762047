import { readFileSync } from "node:fs";
import { registerHooks } from "node:module";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { parseIssuersText } from "../../domain/token/issuer-configuration.ts";

/**
 * Puts a file in the place of infra/identity-providers.json, for all modules that are imported later. Returns false if
 * it is no file with JSON; a line then says so. A build does the same with the variable of that name.
 */
export function useIdentityProviders(file: string | undefined): boolean {
  if (file === undefined || file === "") return true;
  if (!isDocument(file)) {
    console.error("portcullis: IDENTITY_PROVIDERS must name a JSON file: one object, with no two members of one name");
    process.exitCode = 2;
    return false;
  }
  const url = pathToFileURL(resolve(file)).href;
  registerHooks({
    // The format is JSON whatever the file's name ends with, as in a build.
    resolve: (specifier, context, next) =>
      specifier === "#identity-providers" ? { url, format: "json", shortCircuit: true } : next(specifier, context),
  });
  return true;
}

function isDocument(file: string): boolean {
  try {
    return parseIssuersText(readFileSync(file, "utf8")) !== undefined;
  } catch {
    return false;
  }
}
