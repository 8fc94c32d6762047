import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { startEmulator, type TestEmulator } from "../../src/testing.ts";
import { smallTemplate } from "../support/small-template.ts";

const TEMPLATE = "packages/emulator/tests/fixtures/workers/handlers.yaml";

const warnings: string[] = [];
let emulator: TestEmulator;

beforeAll(async () => {
  emulator = await startEmulator({ template: TEMPLATE, warn: (line) => warnings.push(line) });
});

afterAll(() => emulator.close());

describe("a handler", () => {
  it("is found in a module of a folder, with a path of exports", async () => {
    const client = await emulator.connect();
    client.send({ action: "any" });
    expect(await client.json()).toEqual(["echo", null, '{"action":"any"}']);
    client.terminate();
  });

  it("may be TypeScript", async () => {
    expect(await emulator.invoke("Typed", { name: "ann" })).toEqual({ greeting: "hello ann" });
  });

  it.each([
    ["succeed", "called back"],
    ["fail", { errorType: "RangeError", errorMessage: "called back" }],
    ["failAsText", { errorType: "string", errorMessage: "just text" }],
    ["twice", "first"],
    ["later", "later"],
    ["throw", { errorType: "TypeError", errorMessage: "thrown" }],
    ["promise", "promised"],
    // As on AWS: without a promise or a callback the result is null.
    ["returns", null],
  ])("with a callback, for a runtime before Node.js 24: %s", async (action, expected) => {
    const result = await emulator.invoke("Callback", { do: action });
    if (expected instanceof Object) expect(result).toMatchObject(expected);
    else expect(result).toEqual(expected);
  });

  it("with a callback waits for an empty event loop, unless it says otherwise", async () => {
    const { settled } = await emulator.invoke("Callback", { do: "count" });
    await emulator.invoke("Callback", { do: "waits" });
    expect(await emulator.invoke("Callback", { do: "count" })).toEqual({ settled: settled + 1 });
    await emulator.invoke("Callback", { do: "waitsNot" });
    // Its timer runs in the next invocation, which waits for it in turn.
    await emulator.invoke("Callback", { do: "later" });
    expect(await emulator.invoke("Callback", { do: "count" })).toEqual({ settled: settled + 2 });
  });

  it.each([
    ["succeed", ["well"], "well"],
    ["done", [null, "done"], "done"],
    ["done", ["bad"], { errorType: "string", errorMessage: "bad" }],
    ["fail", ["bad"], { errorType: "string", errorMessage: "bad" }],
    ["fail", [], { errorType: "string", errorMessage: "handled" }],
  ])("before Node.js 24 may end with context.%s(%j)", async (call, args, expected) => {
    const result = await emulator.invoke("OldContext", { call, args });
    if (typeof expected === "object") expect(result).toMatchObject(expected);
    else expect(result).toBe(expected);
  });

  it.each([
    ["CallbackToday", "Runtime.CallbackHandlerDeprecated", /^ERROR: AWS Lambda has removed support for callback-based/],
    ["NoExport", "Runtime.HandlerNotFound", /^index\.missing is undefined or not exported$/],
    ["NoFunction", "Runtime.HandlerNotFound", /^index\.text is not a function$/],
    ["NoDot", "Runtime.MalformedHandlerName", /^Bad handler$/],
  ])("that cannot be used fails each invocation, and is named at the start: %s", async (name, errorType, message) => {
    const error = { errorType, errorMessage: expect.stringMatching(message) };
    expect(await emulator.invoke(name)).toMatchObject(error);
    expect(await emulator.invoke(name)).toMatchObject(error);
    const named = () => warnings.filter((line) => line.includes(`: ${name} does not load: ${errorType}: `));
    await expect.poll(named, { timeout: 10_000 }).toHaveLength(1);
  });

  it.each([
    ["Forgotten", null],
    ["ForgottenAsync", { errorType: "Runtime.NodeJsExit" }],
    ["ForgottenToday", { errorType: "Runtime.ExitError", errorMessage: /Runtime exited without providing a reason$/ }],
  ])("that nothing can end any more is ended as on Lambda: %s", async (name, expected) => {
    const result = await emulator.invoke(name);
    if (expected === null) return expect(result).toBeNull();
    expect(result.errorType).toBe(expected.errorType);
    if ("errorMessage" in expected) expect(result.errorMessage).toMatch(expected.errorMessage);
  });
});

/** A function whose module has this text, in a folder without a package.json. */
async function runModule(file: string, text: string) {
  const folder = mkdtempSync(join(tmpdir(), "handler-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, file), text);
  writeFileSync(join(folder, "helper.ts"), "export const seven = 7;");
  writeFileSync(join(folder, "template.yaml"), smallTemplate());
  const emulator = await startEmulator({ template: join(folder, "template.yaml"), warn: () => {} });
  onTestFinished(() => emulator.close());
  return emulator;
}

describe("a module", () => {
  it.each([
    ["index.js", "exports.handler = async (", "Runtime.UserCodeSyntaxError", /^SyntaxError: /],
    [
      "index.cjs",
      'require("./none"); exports.handler = async () => 1;',
      "Runtime.ImportModuleError",
      /^Error: Cannot find module '\.\/none'/,
    ],
    // As on Lambda, a missing import of an ES module keeps its own type.
    ["index.mjs", 'import "none"; export const handler = async () => 1;', "Error", /^Cannot find package 'none'/],
    ["index.mjs", 'throw new RangeError("at once"); export {};', "RangeError", /^at once$/],
    ["index.mjs", "process.exit(3); export {};", "Runtime.ExitError", /Runtime exited with error: exit status 3$/],
  ])("that does not load fails its invocations: %s %s", async (file, text, errorType, message) => {
    const { invoke } = await runModule(file, text);
    expect(await invoke("Fn")).toMatchObject({ errorType, errorMessage: expect.stringMatching(message) });
  });

  it("of TypeScript may have enumerations, and imports without an ending, as bundlers take them", async () => {
    const { invoke } = await runModule(
      "index.ts",
      `import { seven } from "./helper";
       enum Size { Small = seven }
       export const handler = async () => Size.Small;`,
    );
    expect(await invoke("Fn")).toBe(7);
  });

  it("may call the emulator while it loads", async () => {
    const { invoke } = await runModule(
      "index.mjs",
      `const { status } = await fetch(process.env.AWS_ENDPOINT_URL + "/none");
       export const handler = async () => status;`,
    );
    expect(await invoke("Fn")).toBe(403);
  });
});
