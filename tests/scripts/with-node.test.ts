import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

let project: string;

/** A project that needs nothing from the network, not installed yet, whose program says that it ran. */
beforeEach(() => {
  project = mkdtempSync(join(tmpdir(), "with-node-"));
  for (const folder of ["scripts", "toolchain", "part"]) mkdirSync(join(project, folder));
  copyFileSync("scripts/with-node.mjs", join(project, "scripts/with-node.mjs"));
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
});

afterEach(() => {
  rmSync(project, { recursive: true });
});

function write(file: string, content: unknown): void {
  writeFileSync(join(project, file), JSON.stringify(content));
}

function run() {
  return spawn(process.execPath, ["scripts/with-node.mjs", "program.mjs"], { cwd: project });
}

async function outcomeOf(child: ReturnType<typeof run>): Promise<{ code: number | null; output: string }> {
  let output = "";
  child.stdout.on("data", (chunk) => {
    output += chunk;
  });
  child.stderr.on("data", (chunk) => {
    output += chunk;
  });
  const [code] = await once(child, "close");
  return { code, output };
}

describe("the start script", () => {
  it("installs once, runs the program and ends as it does", async () => {
    const first = await outcomeOf(run());
    const second = await outcomeOf(run());

    expect(first.code).toBe(3);
    expect(first.output).toMatch(/installing dependencies[\s\S]*it ran/);
    expect(second).toStrictEqual({ code: 3, output: "it ran\n" });
  });

  it("installs once when two commands start together", async () => {
    const outcomes = await Promise.all([outcomeOf(run()), outcomeOf(run())]);

    expect(outcomes.map(({ code }) => code)).toStrictEqual([3, 3]);
    expect(outcomes.filter(({ output }) => output.includes("installing"))).toHaveLength(1);
  });

  it("does not wait for an installation that was interrupted", async () => {
    const { pid } = spawnSync(process.execPath, ["--version"]);
    writeFileSync(join(project, "toolchain/.installing"), String(pid));

    expect(await outcomeOf(run())).toMatchObject({ code: 3 });
  });
});
