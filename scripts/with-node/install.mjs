// @ts-check

import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { Advice } from "./advice.mjs";
import { withLock } from "./installing.mjs";
import { missingPackages, readPackages } from "./lockfile.mjs";
import { npmCi } from "./npm-ci.mjs";

/** What npm writes last, with all that it installed. */
const INSTALLED = "node_modules/.package-lock.json";

/**
 * Installs a folder from its lockfile unless it is installed already, by whichever npm command. Throws Advice, and
 * Interrupted; then the next call begins anew.
 * @param {{
 *   folder: string, lock: string, node: string, env: NodeJS.ProcessEnv, notice: string,
 *   check?: () => void,
 * }} order `check` throws Advice where what was installed cannot be used
 */
export async function ensureInstalled({ folder, lock, node, env, notice, check = () => {} }) {
  // Whether a package for another C library is left out for that reason takes long to find out: not on every start.
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
 * Its content, not the folder, which may be mounted. The list of what is installed goes first: what is left of an
 * interrupted removal must not count.
 * @param {string} modules
 */
function empty(modules) {
  if (!existsSync(modules)) return;
  rmSync(join(modules, ".package-lock.json"), { force: true });
  for (const name of readdirSync(modules)) rmSync(join(modules, name), { recursive: true, force: true, maxRetries: 3 });
}

/** As npm tells it. */
function cLibrary() {
  if (process.platform !== "linux") return undefined;
  const { header } = /** @type {{ header: { glibcVersionRuntime?: string } }} */ (process.report.getReport());
  return header.glibcVersionRuntime === undefined ? "musl" : "glibc";
}
