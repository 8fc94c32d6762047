// @ts-check

import { spawnSync } from "node:child_process";
import { Advice } from "./advice.mjs";
import { fits } from "./lockfile.mjs";

/**
 * The path of a machine's Node.js, from the folder of the lockfile; undefined if none is packaged.
 * @param {import("./lockfile.mjs").Packages} packages
 * @param {import("./lockfile.mjs").Machine} machine
 */
export function nodeBinaryFor(packages, machine) {
  const [path, entry] = Object.entries(packages).find(([, candidate]) => fits(candidate, machine)) ?? [];
  return entry?.bin?.["node"] && `${path}/${entry.bin["node"]}`;
}

/**
 * Throws Advice unless it is a Node.js that this machine can run.
 * @param {string} node
 * @param {string} install the advice
 */
export function checkRuns(node, install) {
  const { status, error, signal } = spawnSync(node, ["--version"], { timeout: 30_000 });
  if (status === 0) return;
  const reason = /** @type {NodeJS.ErrnoException | undefined} */ (error)?.code ?? signal ?? `exit status ${status}`;
  throw new Advice(`${node} does not run here (${reason}): ${install}`);
}
