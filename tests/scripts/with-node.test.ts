import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { deferred } from "../../packages/emulator/tests/support/deferred.ts";

/** A path with a blank, as in a user's folder. */
let project: string;
const children: ChildProcess[] = [];
let registry: Registry;

/** A fake Node.js of a version that no machine has. It fakes the program, and runs npm with this test's Node.js. */
const NODE = {
  name: "node-here",
  version: "99.0.0",
  script: `#!/bin/sh
case "$*" in
*program.mjs) echo "v99.0.0 ran the program" ;;
--version) echo v99.0.0 ;;
*) exec "${process.execPath}" "$@" ;;
esac
`,
};

/** A project without installed dependencies that needs no network. Its program reports that it ran. */
beforeEach(async () => {
  project = join(mkdtempSync(join(tmpdir(), "with-node-")), "a b");
  for (const folder of ["scripts", "toolchain", "part"]) mkdirSync(join(project, folder), { recursive: true });
  cpSync("scripts/with-node.mjs", join(project, "scripts/with-node.mjs"));
  cpSync("scripts/with-node", join(project, "scripts/with-node"), { recursive: true });
  writeFileSync(join(project, ".nvmrc"), "24\n");
  const dependencies = { part: "file:part" };
  const packages = {
    "": { dependencies },
    part: { version: "1.0.0" },
    "node_modules/part": { resolved: "part", link: true },
  };
  write("package.json", { dependencies });
  write("part/package.json", { name: "part", version: "1.0.0" });
  write("package-lock.json", { lockfileVersion: 3, packages });
  writeFileSync(join(project, "program.mjs"), 'console.log("it ran"); process.exitCode = 3;');
  registry = await Registry.start();
});

afterEach(async () => {
  for (const { exitCode, signalCode, pid } of children.splice(0)) {
    if (exitCode === null && signalCode === null) process.kill(-(pid ?? 0), "SIGKILL");
  }
  await registry.close();
  rmSync(project, { recursive: true });
});

function write(file: string, content: unknown): void {
  writeFileSync(join(project, file), JSON.stringify(content));
}

/** A registry of one package. `answer` sets its response to every request. */
class Registry {
  answer: "serve" | "fail" | "hang" = "serve";
  readonly #server: Server;
  readonly #asked = deferred();

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(): Promise<Registry> {
    const server = createServer();
    const registry = new Registry(server);
    server.on("request", ({ url }, response) => {
      registry.#asked.resolve();
      if (registry.answer === "hang") return;
      if (registry.answer === "fail") response.writeHead(503).end();
      else if (url?.endsWith(".tgz")) response.end(tarball(NODE));
      else response.end(JSON.stringify(registry.#packument()));
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return registry;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`;
  }

  /** Resolves at the first request. */
  get asked(): Promise<void> {
    return this.#asked.promise;
  }

  #packument(): object {
    const dist = { tarball: `${this.url}${NODE.name}.tgz`, integrity: integrityOf(tarball(NODE)) };
    return { name: NODE.name, versions: { [NODE.version]: { name: NODE.name, version: NODE.version, dist } } };
  }

  async close(): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}

function tarball({ name, version, script }: typeof NODE): Buffer {
  const folder = mkdtempSync(join(tmpdir(), "tarball-"));
  mkdirSync(join(folder, "package/bin"), { recursive: true });
  writeFileSync(join(folder, "package/package.json"), JSON.stringify({ name, version, bin: { node: "bin/node" } }));
  writeFileSync(join(folder, "package/bin/node"), script, { mode: 0o755 });
  const { stdout } = spawnSync("tar", ["-czf", "-", "--mtime=2026-01-01", "package"], { cwd: folder });
  rmSync(folder, { recursive: true });
  return stdout;
}

function integrityOf(bytes: Buffer): string {
  return `sha512-${createHash("sha512").update(bytes).digest("base64")}`;
}

/** Makes the project require a Node.js that this machine lacks, and packages it for this machine or another. */
function wantNewerNode(machine = { os: [process.platform] as string[], cpu: [process.arch] as string[] }): void {
  writeFileSync(join(project, ".nvmrc"), "99\n");
  const optionalDependencies = { [NODE.name]: NODE.version };
  const entry = { version: NODE.version, optional: true, ...machine, bin: { node: "bin/node" } };
  const packages = { "": { optionalDependencies }, [`node_modules/${NODE.name}`]: entry };
  write("toolchain/package.json", { optionalDependencies });
  write("toolchain/package-lock.json", { lockfileVersion: 3, packages });
}

/** Runs in its own process group, as in a terminal. */
function run(): ChildProcess {
  const child = spawn(process.execPath, ["scripts/with-node.mjs", "program.mjs"], {
    cwd: project,
    detached: true,
    env: { ...process.env, npm_config_registry: registry.url, npm_config_cache: join(project, ".cache") },
  });
  children.push(child);
  return child;
}

async function outcomeOf(child: ChildProcess): Promise<{ code: number | null; output: string }> {
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on("data", (chunk) => {
      output += chunk;
    });
  }
  const [code] = await once(child, "close");
  return { code, output };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe("the start script", () => {
  it("installs once, runs the program and ends with its exit code", async () => {
    const first = await outcomeOf(run());
    const second = await outcomeOf(run());

    expect(first).toStrictEqual({ code: 3, output: "portcullis: installing dependencies\nit ran\n" });
    expect(second).toStrictEqual({ code: 3, output: "it ran\n" });
  });

  it("installs once when two commands start together", async () => {
    const outcomes = await Promise.all([outcomeOf(run()), outcomeOf(run())]);

    expect(outcomes.map(({ code }) => code)).toStrictEqual([3, 3]);
    expect(outcomes.filter(({ output }) => output.includes("installing dependencies"))).toHaveLength(1);
  });

  it("does not wait for an installation that was interrupted", async () => {
    const { pid } = spawnSync(process.execPath, ["--version"]);
    writeFileSync(join(project, "toolchain/.installing"), `${pid}\n`);

    expect(await outcomeOf(run())).toMatchObject({ code: 3 });
  });

  it("installs nothing again after an npm install by hand", async () => {
    await outcomeOf(run());
    mkdirSync(join(project, "other"));
    write("other/package.json", { name: "other", version: "1.0.0" });
    const { status } = spawnSync("npm", ["install", "./other", "--no-audit", "--no-fund"], { cwd: project });
    expect(status).toBe(0);
    expect(readFileSync(join(project, "package-lock.json"), "utf8")).toContain("other");

    expect(await outcomeOf(run())).toStrictEqual({ code: 3, output: "it ran\n" });
  });

  it("installs the packages of a changed lockfile", async () => {
    await outcomeOf(run());
    const lockfile = JSON.parse(readFileSync(join(project, "package-lock.json"), "utf8"));
    lockfile.packages.part.version = "1.0.1";
    write("package-lock.json", lockfile);
    write("part/package.json", { name: "part", version: "1.0.1" });

    expect((await outcomeOf(run())).output).toContain("installing dependencies");
  });

  it("ends by the signal that ends the program", async () => {
    writeFileSync(join(project, "program.mjs"), 'process.kill(process.pid, "SIGKILL")');

    expect(await outcomeOf(run())).toMatchObject({ code: 137 });
  });

  it.each(["SIGINT", "SIGTERM"] as const)("passes %s on and waits for the program", async (signal) => {
    await outcomeOf(run());
    writeFileSync(
      join(project, "program.mjs"),
      `process.on("${signal}", () => { console.log("goodbye"); process.exit(5); });
       setTimeout(() => {}, 60_000);
       console.log("up");`,
    );
    const child = run();
    await once(child.stdout ?? child, "data");
    child.kill(signal);

    expect(await outcomeOf(child)).toStrictEqual({ code: 5, output: "goodbye\n" });
  });
});

describe("an installation ended by Ctrl-C", () => {
  it("leaves no npm process and no lock, and the next one succeeds", async () => {
    const packages = { "": { dependencies: { [NODE.name]: NODE.version } }, [`node_modules/${NODE.name}`]: NODE };
    const before = ["package.json", "package-lock.json"].map((file) => readFileSync(join(project, file), "utf8"));
    write("package.json", packages[""]);
    write("package-lock.json", { lockfileVersion: 3, packages });
    registry.answer = "hang";
    const child = run();
    const ending = once(child, "exit");
    await registry.asked;
    const pids = readFileSync(join(project, "toolchain/.installing"), "utf8").split("\n").filter(Boolean).map(Number);
    process.kill(-(child.pid ?? 0), "SIGINT");

    expect(await ending).toStrictEqual([null, "SIGINT"]);
    expect(pids).toHaveLength(2);
    expect(pids.filter(isAlive)).toStrictEqual([]);
    expect(existsSync(join(project, "toolchain/.installing"))).toBe(false);

    mkdirSync(join(project, "node_modules/.part-half-installed/deep"), { recursive: true });
    for (const [index, file] of ["package.json", "package-lock.json"].entries()) {
      writeFileSync(join(project, file), before[index] ?? "");
    }
    expect(await outcomeOf(run())).toMatchObject({ code: 3 });
    expect(existsSync(join(project, "node_modules/.part-half-installed"))).toBe(false);
  });
});

describe("an older Node.js", () => {
  const LEFT_OUT = "npm left out node-here@99.0.0: try again when the registry can be reached";

  it("gets the packaged one and runs the program under it", async () => {
    wantNewerNode();

    const { code, output } = await outcomeOf(run());

    expect(output).toMatch(/bringing Node\.js 99 [^\n]*\n[^\n]*installing dependencies\nv99\.0\.0 ran the program\n$/);
    expect(code).toBe(0);
  });

  it("is one line of advice when the registry fails, and the next command tries again", {
    timeout: 60_000,
  }, async () => {
    wantNewerNode();
    registry.answer = "fail";
    const failed = await outcomeOf(run());
    registry.answer = "serve";

    expect(failed.code).toBe(1);
    expect(failed.output).toMatch(new RegExp(`^portcullis: bringing[^\\n]*\\nportcullis: ${LEFT_OUT}\\n$`));
    expect(await outcomeOf(run())).toMatchObject({ code: 0 });
  });

  it.each([
    ["does not run", "#!/bin/sh\nexit 127\n", "exit status 127"],
    ["cannot be executed", "#!/nowhere/at/all\n", "ENOENT"],
  ])("that %s is one line of advice, and the next command tries again", async (_, script, reason) => {
    wantNewerNode();
    const { script: good } = NODE;
    NODE.script = script;
    const failed = await outcomeOf(run());
    NODE.script = good;
    rmSync(join(project, ".cache"), { recursive: true });

    expect(failed.code).toBe(1);
    expect(failed.output).toMatch(/^portcullis: bringing[^\n]*\nportcullis: [^\n]* does not run here [^\n]*\n$/);
    expect(failed.output).toContain(`(${reason}): install Node.js 99 or newer`);
    expect(await outcomeOf(run())).toMatchObject({ code: 0 });
  });

  it("that was removed later is one line of advice", async () => {
    wantNewerNode();
    await outcomeOf(run());
    writeFileSync(join(project, "toolchain/node_modules", NODE.name, "bin/node"), "#!/nowhere/at/all\n");

    const { code, output } = await outcomeOf(run());

    expect(code).toBe(1);
    expect(output).toMatch(/^portcullis: [^\n]* cannot be run \(ENOENT\): delete toolchain\/node_modules[^\n]*\n$/);
  });

  it("that is not packaged for this machine is one line of advice, with nothing installed", async () => {
    wantNewerNode({ os: ["plan9"], cpu: ["mips"] });

    const { code, output } = await outcomeOf(run());

    expect(code).toBe(1);
    expect(output).toBe(
      `portcullis: no Node.js 99 is packaged for ${process.platform}-${process.arch}: ` +
        "install Node.js 99 or newer from nodejs.org and try again\n",
    );
  });
});

describe("a checkout that cannot be written to", () => {
  it("is one line of advice", async () => {
    // Root may write to any folder: a file in the folder's place has the same effect.
    rmSync(join(project, "toolchain"), { recursive: true });
    writeFileSync(join(project, "toolchain"), "");

    const { code, output } = await outcomeOf(run());

    expect(code).toBe(1);
    expect(output).toMatch(/^portcullis: [^\n]*\.installing cannot be written \(ENOTDIR\): [^\n]*\n$/);
  });
});
