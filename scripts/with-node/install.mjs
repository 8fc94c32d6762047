// @ts-check

import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { Advice } from "./advice.mjs";
import { withLock } from "./installing.mjs";
import { missingPackages, readPackages } from "./lockfile.mjs";
import { npmCi } from "./npm-ci.mjs";

/** npm writes it last, with the list of installed packages. */
const INSTALLED = "node_modules/.package-lock.json";

/**
 * Installs a folder from its lockfile, unless any npm command has done so. Throws Advice, or Interrupted; the next call
 * then begins again.
 * @param {{
 *   folder: string, lock: string, node: string, env: NodeJS.ProcessEnv, notice: string,
 *   check?: () => void,
 * }} order `check` throws Advice if the installed packages cannot be used
 */
export async function ensureInstalled({ folder, lock, node, env, notice, check = () => {} }) {
  // Without the C library, since finding it takes long and this runs at every start.
  const quickly = { platform: process.platform, arch: process.arch };
  if (missingIn(folder, quickly)?.length === 0) return;
  await withLock(lock, async (addProcess) => {
    if (missingIn(folder, quickly)?.length === 0) return;
    console.error(`portcullis: ${notice}`);
    empty(join(folder, "node_modules"));
    await npmCi(folder, node, env, addProcess);
    try {
      const missing = missingIn(folder, { ...quickly, libc: cLibrary() }) ?? ["everything"];
      if (missing.length > 0)
        throw new Advice(`npm left out ${missing.join(", ")}: try again when the registry can be reached`);
      check();
    } catch (error) {
      rmSync(join(folder, INSTALLED), { force: true });
      throw error;
    }
  });
}

/**
 * @param {string} folder
 * @param {import("./lockfile.mjs").Machine} machine
 */
function missingIn(folder, machine) {
  const wanted = readPackages(join(folder, "package-lock.json"));
  const installed = readPackages(join(folder, INSTALLED));
  return wanted && installed && missingPackages(wanted, installed, machine);
}

/**
 * Its content, not the folder, which may be mounted. npm's list is removed first, so that an interrupted removal does not
 * count as installed.
 * @param {string} modules
 */
function empty(modules) {
  if (!existsSync(modules)) return;
  rmSync(join(modules, ".package-lock.json"), { force: true });
  for (const name of readdirSync(modules)) rmSync(join(modules, name), { recursive: true, force: true, maxRetries: 3 });
}

/** The folder, found by npm's own rule. */
function cLibrary() {
  if (process.platform !== "linux") return undefined;
  const { header } = /** @type {{ header: { glibcVersionRuntime?: string } }} */ (process.report.getReport());
  return header.glibcVersionRuntime === undefined ? "musl" : "glibc";
}
