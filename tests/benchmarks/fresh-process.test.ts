import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { runToEnd } from "../../benchmarks/fresh-process.ts";

const folder = mkdtempSync(join(tmpdir(), "portcullis-fresh-process-"));

afterAll(() => rmSync(folder, { recursive: true }));

function program(source: string): string {
  const file = join(folder, "program.cjs");
  writeFileSync(file, source);
  return file;
}

describe("a program run to its end", () => {
  it("reports on descriptor 3, whatever it logs, and has only the given environment", async () => {
    const file = program(`
      console.log("a log line");
      const { NAME, HOME } = process.env;
      require("node:fs").writeSync(3, JSON.stringify({ NAME, HOME, args: process.argv.slice(2) }));`);
    expect(await runToEnd({ file, args: ["one"], environment: { NAME: "value" } })).toEqual({
      NAME: "value",
      args: ["one"],
    });
  });

  it("fails with its error, without the source line that Node.js prints before it", async () => {
    const file = program('throw new RangeError("too few")');
    await expect(runToEnd({ file })).rejects.toThrow(/ended with 1: RangeError: too few$/);
  });
});
