// Runs a program of this project under the project's own Node.js with its dependencies installed, bringing both
// where they are missing. It is what every npm script goes through, so it must itself run on Node.js 20 and import
// nothing but built-ins.
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const WANTED_MAJOR = 24;

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const toolchain = join(root, "toolchain");
const lock = join(root, "toolchain", ".installing");

function fail(message) {
  console.error(`portcullis: ${message}`);
  process.exit(1);
}

function digestOf(file) {
  return createHash("sha256").update(readFileSync(file)).digest("hex");
}

/** Installed means: from exactly this lockfile, to the end. An interrupted `npm ci` leaves no stamp. */
function isInstalled(folder) {
  const stamp = join(folder, "node_modules", ".installed-from");
  return existsSync(stamp) && readFileSync(stamp, "utf8") === digestOf(join(folder, "package-lock.json"));
}

function install(folder, node) {
  const npm = process.env.npm_execpath;
  const [command, prefix] = npm?.endsWith(".js") ? [node, [npm]] : ["npm", []];
  const { status } = spawnSync(command, [...prefix, "ci", "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd: folder,
    stdio: ["ignore", 2, 2],
    env: withNodeFirst(node),
  });
  if (status !== 0) fail(`npm ci failed in ${folder}`);
  writeFileSync(join(folder, "node_modules", ".installed-from"), digestOf(join(folder, "package-lock.json")));
}

function withNodeFirst(node) {
  return {
    ...process.env,
    PATH: [dirname(node), join(root, "node_modules", ".bin"), process.env.PATH].join(delimiter),
  };
}

/** Two commands started at once must not both install: `npm ci` empties the folder the other one is reading. */
function withLock(work) {
  while (!takeLock()) {
    if (isAbandoned()) rmSync(lock, { recursive: true, force: true });
    else Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
  }
  try {
    return work();
  } finally {
    rmSync(lock, { force: true });
  }
}

function takeLock() {
  try {
    writeFileSync(lock, String(process.pid), { flag: "wx" });
    return true;
  } catch (error) {
    if (error.code !== "EEXIST") throw error;
    return false;
  }
}

/** Ctrl-C during an installation leaves the lock of a process that is gone: nobody is to wait for that. */
function isAbandoned() {
  try {
    process.kill(Number(readFileSync(lock, "utf8")), 0);
    return false;
  } catch (error) {
    return error.code === "ESRCH";
  }
}

function projectNode() {
  if (Number(process.versions.node.split(".")[0]) >= WANTED_MAJOR) return process.execPath;
  const node = join(toolchain, "node_modules", ".bin", "node");
  if (!isInstalled(toolchain)) {
    withLock(() => {
      if (isInstalled(toolchain)) return;
      console.error(`portcullis: bringing Node.js ${WANTED_MAJOR} (this is ${process.version})`);
      install(toolchain, process.execPath);
    });
  }
  if (!existsSync(node)) {
    fail(`no Node.js ${WANTED_MAJOR} is packaged for ${process.platform}-${process.arch}: install it and try again`);
  }
  return node;
}

function ensureDependencies(node) {
  if (isInstalled(root)) return;
  withLock(() => {
    if (isInstalled(root)) return;
    console.error("portcullis: installing dependencies");
    install(root, node);
  });
}

const node = projectNode();
ensureDependencies(node);
const child = spawn(node, process.argv.slice(2), { stdio: "inherit", env: withNodeFirst(node) });
// A terminal sends Ctrl-C to the whole group: the child ends by itself, and this process must outlive it to report how.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
  process.on(signal, () => {
    if (signal !== "SIGINT" || !process.stdin.isTTY) child.kill(signal);
  });
}
child.on("exit", (code) => process.exit(code ?? 1));
