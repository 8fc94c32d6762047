import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { runTemplate } from "../../src/index.ts";
import { startEmulator } from "../../src/testing.ts";
import { smallTemplate } from "../support/small-template.ts";

const PATIENT = { timeout: 10_000 };

const OTHER = "Other: { Type: AWS::Serverless::Function, Properties: { CodeUri: other, Handler: index.handler } }";
const FN = "Fn: { Type: AWS::Serverless::Function, Properties: { CodeUri: code, Handler: index.handler } }";

/** Two functions that answer with a constant, and are watched. */
async function watched() {
  const folder = mkdtempSync(join(tmpdir(), "watch-"));
  const write = (file: string, text: string) => writeFileSync(join(folder, file), text);
  const answer = (value: number | string) => `export const handler = async () => ${JSON.stringify(value)};\n`;
  for (const name of ["code/lib", "code/node_modules", "other"]) mkdirSync(join(folder, name), { recursive: true });
  write("code/index.mjs", answer(1));
  write("other/index.mjs", "let count = 0; export const handler = async () => (count += 1);");
  write("template.yaml", smallTemplate(FN, OTHER));
  const warnings: string[] = [];
  const warn = (line: string) => warnings.push(line);
  const emulator = await startEmulator({ template: join(folder, "template.yaml"), watch: true, warn });
  onTestFinished(async () => {
    await emulator.close();
    rmSync(folder, { recursive: true });
  });
  const invoke = () => emulator.invoke("Fn");
  const { events } = emulator.recording;
  const reloaded = () => events.filter(({ kind }) => kind === "function-reloaded").length;
  return { emulator, invoke, write, answer, folder, reloaded, warnings, events };
}

describe("with watch", () => {
  it("the next invocation runs the edited code, connections stay open, and no other function is touched", async () => {
    const { emulator, invoke, write, answer, events } = await watched();
    const client = await emulator.connect();
    expect([await invoke(), await emulator.invoke("Other")]).toEqual([1, 1]);
    write("code/index.mjs", answer(2));
    await expect.poll(invoke, PATIENT).toBe(2);
    await expect
      .poll(() => events, PATIENT)
      .toContainEqual({
        ...{ kind: "function-reloaded", functionName: "Fn", at: expect.any(Number) },
      });
    expect(await emulator.invoke("Other")).toBe(2);
    expect(client.ws.readyState).toBe(client.ws.OPEN);
    client.terminate();
  });

  it("an edit of a module that the handler imports counts, also in a folder that is new", async () => {
    const { invoke, write, folder } = await watched();
    mkdirSync(join(folder, "code/made"));
    write("code/made/value.mjs", "export const value = 3;");
    write("code/index.mjs", 'import { value } from "./made/value.mjs"; export const handler = async () => value;');
    await expect.poll(invoke, PATIENT).toBe(3);
    write("code/made/value.mjs", "export const value = 4;");
    await expect.poll(invoke, PATIENT).toBe(4);
  });

  it("a file that is replaced by another counts, as some editors save", async () => {
    const { invoke, write, answer, folder } = await watched();
    expect(await invoke()).toBe(1);
    write("saved.mjs", answer(5));
    renameSync(join(folder, "saved.mjs"), join(folder, "code/index.mjs"));
    await expect.poll(invoke, PATIENT).toBe(5);
  });

  it("a broken edit is named, and fails invocations until it is mended", async () => {
    const { invoke, write, answer, warnings } = await watched();
    write("code/index.mjs", "export const handler = async (");
    await expect.poll(invoke, PATIENT).toMatchObject({ errorType: "Runtime.UserCodeSyntaxError" });
    await expect
      .poll(() => warnings, PATIENT)
      .toContainEqual(expect.stringMatching(/template\.yaml:3: Fn does not load: Runtime\.UserCodeSyntaxError: /));
    write("code/index.mjs", answer(6));
    await expect.poll(invoke, PATIENT).toBe(6);
  });

  it("a handler that is deleted fails as on Lambda", async () => {
    const { invoke, folder } = await watched();
    rmSync(join(folder, "code/index.mjs"));
    await expect.poll(invoke, PATIENT).toMatchObject({
      ...{ errorType: "Runtime.ImportModuleError", errorMessage: "Error: Cannot find module 'index'" },
    });
  });

  it("node_modules and the files of editors are not watched", async () => {
    const { invoke, write, answer, reloaded } = await watched();
    write("code/node_modules/x.js", "");
    write("code/.index.mjs.swp", "");
    write("code/index.mjs~", "");
    write("code/index.mjs", answer(7));
    await expect.poll(invoke, PATIENT).toBe(7);
    await expect.poll(reloaded, PATIENT).toBe(1);
  });

  it("an edit of the template asks for a restart", async () => {
    const { write, warnings } = await watched();
    write("template.yaml", `${smallTemplate(FN, OTHER)}# edited\n`);
    const lines = () => warnings.filter((line) => line.includes("template.yaml has changed"));
    await expect.poll(lines, PATIENT).toEqual([expect.stringMatching(/: restart the emulator to read it$/)]);
  });

  it("functions of this process are refused: their modules stay", async () => {
    const template = { text: smallTemplate(), file: "small.yaml" };
    const running = runTemplate({ template, watch: true, loadFunction: () => () => 1 });
    await expect(running).rejects.toThrow("watch is for functions in threads: leave loadFunction out");
  });
});
