// @ts-check
// Runs a program of this project under the project's own Node.js with its dependencies installed, bringing both
// where they are missing. It is what every npm script goes through, so it must itself run on Node.js 20 and import
// nothing but built-ins.
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Advice } from "./with-node/advice.mjs";
import { ensureInstalled } from "./with-node/install.mjs";
import { readPackages } from "./with-node/lockfile.mjs";
import { checkRuns, nodeBinaryFor } from "./with-node/node-binary.mjs";
import { Interrupted } from "./with-node/npm-ci.mjs";
import { pathFirst } from "./with-node/path-first.mjs";
import { run } from "./with-node/run.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const toolchain = join(root, "toolchain");
const lock = join(toolchain, ".installing");
const major = Number(readFileSync(join(root, ".nvmrc"), "utf8"));
const OWN_NODE = `install Node.js ${major} or newer from nodejs.org and try again`;

/** @param {string} node */
function environment(node) {
  return pathFirst([dirname(node), join(root, "node_modules", ".bin")], process.env);
}

async function projectNode() {
  if (Number(process.versions.node.split(".")[0]) >= major) return process.execPath;
  const packages = readPackages(join(toolchain, "package-lock.json")) ?? {};
  const binary = nodeBinaryFor(packages, { platform: process.platform, arch: process.arch });
  if (binary === undefined) {
    throw new Advice(`no Node.js ${major} is packaged for ${process.platform}-${process.arch}: ${OWN_NODE}`);
  }
  const node = join(toolchain, binary);
  await ensureInstalled({
    folder: toolchain,
    lock,
    node: process.execPath,
    env: environment(process.execPath),
    notice: `bringing Node.js ${major} (this is ${process.version})`,
    check: () => checkRuns(node, OWN_NODE),
  });
  return node;
}

/**
 * Node.js's message is one line with the operation and the file.
 * @param {unknown} error
 * @returns {error is Error}
 */
function isRefusedBySystem(error) {
  return error instanceof Error && "syscall" in error;
}

async function main() {
  const node = await projectNode();
  const env = environment(node);
  await ensureInstalled({ folder: root, lock, node, env, notice: "installing dependencies" });
  return run(node, process.argv.slice(2), env);
}

// A closed terminal must not interrupt an installation.
process.stderr.on("error", () => {});
try {
  process.exitCode = await main();
} catch (error) {
  if (error instanceof Interrupted) process.kill(process.pid, error.signal);
  else if (error instanceof Advice || isRefusedBySystem(error)) console.error(`portcullis: ${error.message}`);
  else throw error;
  process.exitCode = 1;
}
