import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { connectTo } from "@portcullis/emulator/testing";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { packPackages } from "../../scripts/pack.ts";
import { freePort } from "../support/emulator-parts.ts";

/** What the packages depend on, and what a TypeScript project has, from this repository: no network. */
const INSTALLED = ["ws", "yaml", "zod", "@types/node", "undici-types"];

const project = mkdtempSync(join(tmpdir(), "consumer-"));

function install(file: string): void {
  const folder = join(project, "node_modules/@portcullis", /portcullis-([a-z]+)-/.exec(basename(file))?.[1] ?? "");
  mkdirSync(folder, { recursive: true });
  spawnSync("tar", ["-xzf", resolve(file), "--strip-components=1", "-C", folder]);
}

const readme = readFileSync("packages/emulator/README.md", "utf8");

/** The programs of the emulator's README, in its order. */
const [echo = "", watched = "", contained = ""] = [...readme.matchAll(/```js\n(.*?)```/gs)].map(
  ([, program]) => program,
);

const nodeTest =
  [...readme.matchAll(/```ts\n(.*?)```/gs)]
    .map(([, program = ""]) => program)
    .find((program) => program.includes('"node:test"')) ?? "";

beforeAll(() => {
  for (const file of packPackages(join(project, "packed"))) install(file);
  for (const name of INSTALLED) {
    const link = join(project, "node_modules", name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(resolve("node_modules", name), link);
  }
  writeFileSync(join(project, "package.json"), '{ "type": "module" }');
  writeFileSync(join(project, "readme.test.ts"), nodeTest);
});

afterAll(() => rmSync(project, { recursive: true }));

async function runProgram(program: string, use: (firstLine: string, child: ChildProcess) => Promise<void>) {
  writeFileSync(join(project, "run.mjs"), program);
  const child = spawn(process.execPath, ["run.mjs"], { cwd: project, stdio: ["ignore", "pipe", "inherit"] });
  try {
    const [line] = await once(child.stdout, "data");
    await use(String(line), child);
  } finally {
    child.kill("SIGKILL");
  }
}

async function echoes(url: string): Promise<void> {
  const client = await connectTo(url);
  client.send("hello");
  expect(await client.text()).toBe("hello");
  client.terminate();
}

describe("the packages, installed outside of the tree", () => {
  it("run the program of the emulator's README", async () => {
    await runProgram(echo, (line) => echoes(/ws:\S+/.exec(line)?.[0] ?? ""));
  });

  it("run a template in a file with an observer and contained faults, as the README has them", async () => {
    const port = await freePort();
    const [, template = ""] = /`\n(.*)`;/s.exec(echo) ?? [];
    writeFileSync(join(project, "template.yaml"), template.replace("CodeUri: .,", "CodeUri: echo,"));
    mkdirSync(join(project, "echo"));
    writeFileSync(
      join(project, "echo/index.js"),
      `export const handler = async (event) => ({ statusCode: 200, body: event.body });\n`,
    );
    const program = `import { containFaults, runTemplate } from "@portcullis/emulator";
${contained}${watched.replace("3001", String(port))}console.log("ready");`;

    await runProgram(program, async (line, { stdout }) => {
      expect(line).toBe("ready\n");
      const printed: string[] = [];
      stdout?.on("data", (chunk) => printed.push(String(chunk)));
      await echoes(`ws://127.0.0.1:${port}/dev`);
      await vi.waitFor(() => expect(printed.join("")).toContain("connection-closed"));
      expect(printed.join("").split("\n")).toEqual(
        expect.arrayContaining(["handshake-received", "frame-received", "invocation-begun", "frame-sent"]),
      );
    });
  });

  describe("with a function in CommonJS, in a thread of its own", () => {
    const template = "commonjs/template.yaml";

    beforeAll(() => {
      mkdirSync(join(project, "commonjs"));
      const [, text = ""] = /`\n(.*)`;/s.exec(echo) ?? [];
      writeFileSync(join(project, template), text);
      writeFileSync(join(project, "commonjs/package.json"), '{ "type": "commonjs" }');
      const code = "exports.handler = async ({ body }) => ({ statusCode: 200, body });\n";
      writeFileSync(join(project, "commonjs/index.js"), code);
    });

    it("run a template", async () => {
      const program = `import { runTemplate } from "@portcullis/emulator";
const { url } = await runTemplate({ template: "${template}" });
console.log(url);`;
      await runProgram(program, (line) => echoes(line.trim()));
    });

    it("run a template by the emulator's command", async () => {
      const folder = join(project, "node_modules/@portcullis/emulator");
      const { bin } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
      expect(bin).toEqual({ "portcullis-emulator": "./lib/cli.js" });
      expect(readFileSync(join(folder, bin["portcullis-emulator"]), "utf8")).toMatch(/^#!\/usr\/bin\/env node\n/);
      const port = await freePort();
      const program = [join(folder, bin["portcullis-emulator"]), "--template", template, "--port", String(port)];
      const child = spawn(process.execPath, program, { cwd: project, stdio: ["ignore", "pipe", "inherit"] });
      try {
        expect(String(await once(child.stdout, "data"))).toContain(`npx wscat -c ws://127.0.0.1:${port}/dev`);
        await echoes(`ws://127.0.0.1:${port}/dev`);
      } finally {
        child.kill("SIGKILL");
      }
    });
  });

  it("run the README's test with node:test", () => {
    const { status, stdout } = spawnSync(process.execPath, ["--test", "--test-reporter=tap", "readme.test.ts"], {
      ...{ cwd: project, encoding: "utf8", env: { PATH: process.env["PATH"] } },
    });

    expect(stdout).toMatch(/^ok 1 - a frame that is lost /m);
    expect(status).toBe(0);
  });

  it("have types that a strict project takes", { timeout: 60_000 }, () => {
    const consumer = `
import {
  containFaults, type EmulatorEvent, type FunctionDescription, type HttpService, type LoadFunction, type Observer,
  type RunningTemplate, runTemplate, TemplateError,
} from "@portcullis/emulator";
import { readTemplate } from "@portcullis/emulator/template";
import {
  Clock, type ConnectOptions, Faults, HandshakeRefused, type RecordedFrame, startEmulator, type TestClient, type TestEmulator,
} from "@portcullis/emulator/testing";
import * as protocol from "@portcullis/protocol";
import * as schemas from "@portcullis/protocol/schemas";

const loadFunction: LoadFunction = ({ codeUri }) => () => codeUri;
export const running: Promise<RunningTemplate> = runTemplate({ template: "template.yaml", loadFunction, port: 3001 });
export const typed: LoadFunction = (fn: FunctionDescription) => async (event: { body?: string }) => [fn.name, event.body];
const kinds: EmulatorEvent["kind"][] = [];
const observer: Observer = (event) => {
  kinds.push(event.kind);
  if (event.kind === "invocation-ended" && event.outcome.kind === "failed") console.log(event.outcome.error.errorType);
};
const hello: HttpService = async ({ path }) => (path === "/hello" ? { status: 200, body: "hello" } : undefined);
containFaults((fault) => {
  console.error(fault instanceof TemplateError);
  process.exit(1);
});
void runTemplate({
  template: "template.yaml",
  observer,
  services: () => [hello],
  overrides: ({ logicalId }, { endpoint }) => ({ NAME: logicalId, ENDPOINT: endpoint, GONE: undefined }),
  quotas: { requests: { perSecond: 1, burst: 1 } },
});
export async function tested(how: ConnectOptions): Promise<readonly RecordedFrame[]> {
  await using emulator: TestEmulator = await startEmulator({ template: "template.yaml", clock: new Clock({ stopped: true }) });
  const client: TestClient | HandshakeRefused = await emulator.connect(how).catch((refused: HandshakeRefused) => refused);
  if (client instanceof HandshakeRefused) console.log(client.status);
  else client.send({ action: await client.text() });
  const { functionName } = await emulator.recording.next("invocation-ended", ({ outcome }) => outcome.kind === "returned");
  console.log(functionName);
  await emulator.clock.advance(1);
  return emulator.recording.frames;
}
void startEmulator({ functions: { Any: () => ({ statusCode: 200 }) }, routes: { $connect: "Any" }, faults: new Faults({ seed: 1 }) });
// @ts-expect-error: a route needs a function's name
void startEmulator({ functions: {}, routes: { $connect: 1 } });
export const others = [readTemplate, protocol, schemas];
// @ts-expect-error: a port is a number
void runTemplate({ template: "template.yaml", port: "3001" });
`;
    writeFileSync(join(project, "consumer.ts"), consumer);
    const compilerOptions = {
      ...{ strict: true, noEmit: true, skipLibCheck: false, types: ["node"] },
      ...{ module: "nodenext", target: "es2023", lib: ["es2023"] },
    };
    writeFileSync(
      join(project, "tsconfig.json"),
      JSON.stringify({ compilerOptions, files: ["consumer.ts", "readme.test.ts"] }),
    );
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
