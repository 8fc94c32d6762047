import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connect } from "../../packages/emulator/tests/support/web-socket-client.ts";
import { packPackages } from "../../scripts/pack.ts";

/** What the packages depend on, and what a TypeScript project has, from this repository: no network. */
const INSTALLED = ["ws", "yaml", "zod", "@types/node", "undici-types"];

const project = mkdtempSync(join(tmpdir(), "consumer-"));

function install(file: string): void {
  const folder = join(project, "node_modules/@portcullis", /portcullis-([a-z]+)-/.exec(basename(file))?.[1] ?? "");
  mkdirSync(folder, { recursive: true });
  spawnSync("tar", ["-xzf", resolve(file), "--strip-components=1", "-C", folder]);
}

beforeAll(() => {
  for (const file of packPackages(join(project, "packed"))) install(file);
  for (const name of INSTALLED) {
    const link = join(project, "node_modules", name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(resolve("node_modules", name), link);
  }
  writeFileSync(join(project, "package.json"), '{ "type": "module" }');
});

afterAll(() => rmSync(project, { recursive: true }));

describe("the packages, installed outside of the tree", () => {
  it("run the program of the emulator's README", async () => {
    const [, program = ""] = /```js\n(.*?)```/s.exec(readFileSync("packages/emulator/README.md", "utf8")) ?? [];
    writeFileSync(join(project, "run.mjs"), program);
    const child = spawn(process.execPath, ["run.mjs"], { cwd: project, stdio: ["ignore", "pipe", "inherit"] });
    try {
      const [line] = await once(child.stdout, "data");
      const client = await connect(/ws:\S+/.exec(String(line))?.[0] ?? "");
      client.send("hello");
      expect(await client.text()).toBe("hello");
      client.ws.terminate();
    } finally {
      child.kill("SIGKILL");
    }
  });

  it("have types that a strict project takes", () => {
    const consumer = `
import { type LoadFunction, runTemplate, type RunningTemplate } from "@portcullis/emulator";
import { readTemplate } from "@portcullis/emulator/template";
import * as protocol from "@portcullis/protocol";
import * as schemas from "@portcullis/protocol/schemas";

const loadFunction: LoadFunction = ({ codeUri }) => () => codeUri;
export const running: Promise<RunningTemplate> = runTemplate({ template: "template.yaml", loadFunction, port: 3001 });
export const others = [readTemplate, protocol, schemas];
// @ts-expect-error: a port is a number
void runTemplate({ template: "template.yaml", port: "3001" });
`;
    writeFileSync(join(project, "consumer.ts"), consumer);
    const compilerOptions = {
      ...{ strict: true, noEmit: true, skipLibCheck: false, types: ["node"] },
      ...{ module: "nodenext", target: "es2023", lib: ["es2023"] },
    };
    writeFileSync(join(project, "tsconfig.json"), JSON.stringify({ compilerOptions, files: ["consumer.ts"] }));
    const tsc = spawnSync(process.execPath, [resolve("node_modules/typescript/bin/tsc"), "-p", project], {
      encoding: "utf8",
    });

    expect(tsc.stdout).toBe("");
    expect(tsc.status).toBe(0);
  });

  it.each(["emulator", "protocol"])("%s has JavaScript, types and its papers, and no source", (name) => {
    const folder = join(project, "node_modules/@portcullis", name);
    const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));

    expect(manifest).not.toHaveProperty("devDependencies");
    expect(manifest.exports["."]).toEqual({ types: "./lib/index.d.ts", default: "./lib/index.js" });
    for (const file of ["README.md", "LICENSE", "lib/index.js"]) {
      expect(readFileSync(join(folder, file), "utf8")).not.toMatch(/from "[^"]+\.ts"/);
    }
  });
});
