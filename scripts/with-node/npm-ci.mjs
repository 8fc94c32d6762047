// @ts-check

import { spawn } from "node:child_process";
import { once } from "node:events";
import { basename } from "node:path";
import { Advice } from "./advice.mjs";

/** An installation that a signal ended. */
export class Interrupted extends Error {
  /** @param {NodeJS.Signals} signal */
  constructor(signal) {
    super(`interrupted by ${signal}`);
    this.signal = signal;
  }
}

const SIGNALS = /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"]);

// Explicit, because variables of the shell could change the installation. Without a network the command fails within
// seconds; by default npm would try for two minutes.
const CI = [
  ...["ci", "--include=dev", "--include=optional", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"],
  ...["--fetch-retry-mintimeout=1000", "--fetch-retry-factor=2"],
];

/**
 * `npm ci`. A signal to this process ends it with all its children. Throws Advice, or Interrupted.
 * @param {string} folder
 * @param {string} node
 * @param {NodeJS.ProcessEnv} env
 * @param {(pid: number) => void} onStart
 */
export async function npmCi(folder, node, env, onStart) {
  const isWindows = process.platform === "win32";
  const npm = process.env["npm_execpath"] ?? "";
  // Other package managers and `npx` may set the variable too.
  const [command, prefix] = basename(npm) === "npm-cli.js" ? [node, [npm]] : ["npm", []];
  const child = spawn(command, [...prefix, ...CI], {
    cwd: folder,
    env,
    stdio: ["ignore", "ignore", "pipe"],
    // In its own process group, so that its children end with it. Windows has no groups, and its npm is a shell script.
    detached: !isWindows,
    shell: isWindows && command === "npm",
  });
  /** @type {NodeJS.Signals | undefined} */
  let interruption;
  /** @param {NodeJS.Signals} signal */
  const interrupt = (signal) => {
    interruption ??= signal;
    try {
      if (child.pid !== undefined && !isWindows) process.kill(-child.pid, "SIGKILL");
      else child.kill();
    } catch {
      // It has just ended by itself, or by the signal before.
    }
  };
  for (const signal of SIGNALS) process.on(signal, interrupt);
  let errors = "";
  child.stderr.setEncoding("utf8").on("data", (text) => {
    errors += text;
  });
  try {
    if (child.pid !== undefined) onStart(child.pid);
    const [status] = await once(child, "close");
    if (interruption !== undefined) throw new Interrupted(interruption);
    if (status !== 0) throw new Advice(`npm ci failed in ${folder}: ${reasonIn(errors)}`);
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).syscall?.startsWith("spawn")) {
      throw new Advice(`npm cannot be run (${/** @type {NodeJS.ErrnoException} */ (error).code}): is it installed?`);
    }
    throw error;
  } finally {
    for (const signal of SIGNALS) process.off(signal, interrupt);
  }
}

const UNREACHABLE =
  /^(?:ENOTFOUND|EAI_AGAIN|ECONN\w+|ENETUNREACH|EHOSTUNREACH|ETIMEDOUT|ERR_SOCKET_TIMEOUT|FETCH_ERROR|E5\d\d)$/;

/**
 * The one useful line of npm's output.
 * @param {string} errors
 */
export function reasonIn(errors) {
  const lines = errors.split("\n").map((line) => line.replace(/^npm (?:error|ERR!) ?/, "").trim());
  const code = lines.find((line) => line.startsWith("code "))?.slice("code ".length) ?? "";
  if (UNREACHABLE.test(code)) return `the registry cannot be reached (${code}). Try again when there is a network`;
  const message = lines.find((line) => line !== "" && !/^(?:code|errno|syscall|path) /.test(line));
  return [code, message].filter(Boolean).join(" ") || "it gave no reason";
}
