import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import type { FunctionDescription } from "../template/stack-description.ts";

export type WrittenCode = {
  /** The functions, with a `codeUri` where their code is. */
  readonly functions: readonly FunctionDescription[];
  /** Removes the written files. */
  remove(): void;
};

/**
 * Writes the code that a template holds itself to a temporary folder, because Node.js loads modules from files. Each
 * function has a folder of its own with `index.js`, as on AWS. Packages are found as from the folder of the template.
 */
export function writeInlineCode(functions: readonly FunctionDescription[], folder: string): WrittenCode {
  if (functions.every(({ inlineCode }) => inlineCode === undefined)) return { functions, remove: () => {} };
  const root = mkdtempSync(join(tmpdir(), "emulator-code-"));
  linkPackages(root, folder);
  const written = functions.map((fn): FunctionDescription => {
    const { inlineCode, logicalId } = fn;
    if (inlineCode === undefined) return fn;
    const codeUri = join(root, logicalId);
    mkdirSync(codeUri);
    writeFileSync(join(codeUri, "index.js"), inlineCode);
    return { ...fn, codeUri };
  });
  return { functions: written, remove: () => rmSync(root, { recursive: true, force: true }) };
}

/** On AWS such code has the AWS SDK beside it. */
function linkPackages(root: string, folder: string): void {
  const packages = nearestPackages(resolve(folder));
  if (packages !== undefined) symlinkSync(packages, join(root, "node_modules"), "junction");
}

function nearestPackages(folder: string): string | undefined {
  const packages = join(folder, "node_modules");
  if (existsSync(packages)) return packages;
  const parent = dirname(folder);
  return parent === folder ? undefined : nearestPackages(parent);
}
