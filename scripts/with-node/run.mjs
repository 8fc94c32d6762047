// @ts-check

import { spawn } from "node:child_process";
import { once } from "node:events";
import { constants } from "node:os";
import { Advice } from "./advice.mjs";

const PARENT_POLL_MS = 500;

/**
 * Runs a program to its end and resolves with its exit status: for a signal 128 and more, as in shells. Throws Advice if
 * it cannot be started.
 * @param {string} node
 * @param {readonly string[]} args
 * @param {NodeJS.ProcessEnv} env
 */
export async function run(node, args, env) {
  // The first Node.js 24 prints a warning that stripping types is experimental, in the program's children too.
  const options = [env["NODE_OPTIONS"], "--disable-warning=ExperimentalWarning"].filter(Boolean).join(" ");
  const child = spawn(node, args, { stdio: "inherit", env: { ...env, NODE_OPTIONS: options } });
  // A signal does not end this process before its child, so that it can report the child's exit status.
  for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"])) {
    process.on(signal, () => {
      if (isHandedOn(process.platform)) child.kill(signal);
    });
  }
  const watch = process.env["npm_lifecycle_event"] && setInterval(endOrphan, PARENT_POLL_MS, process.ppid, child);
  try {
    const [code, signal] = await once(child, "exit");
    return code ?? 128 + constants.signals[/** @type {NodeJS.Signals} */ (signal)];
  } catch (error) {
    const { code } = /** @type {NodeJS.ErrnoException} */ (error);
    throw new Advice(`${node} cannot be run (${code}): delete toolchain/node_modules and try again`);
  } finally {
    if (watch) clearInterval(watch);
  }
}

/**
 * npm passes SIGINT and SIGTERM on. If it is killed in another way, its child would stay.
 * @param {number} parent
 * @param {import("node:child_process").ChildProcess} child
 */
function endOrphan(parent, child) {
  if (process.ppid !== parent) child.kill("SIGTERM");
}

/**
 * A signal may reach only this process, from npm or `kill`. On Windows the console sends Ctrl-C to every process; passing
 * a signal on would kill the child before it has closed its sockets.
 * @param {string} platform
 */
export function isHandedOn(platform) {
  return platform !== "win32";
}
