import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";

function run(script: string, ...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...args], { encoding: "utf8" });
  return { status, stdout, stderr };
}

describe("the tests alone", () => {
  it("run for the filter's matches, without the checks", () => {
    const { status, stdout } = run("scripts/test-only.ts", "tests/domain/origin-policy.test.ts");
    expect(stdout).toMatch(/^\d+ passed, 0 failed$/m);
    expect(stdout).toContain("origin-policy.test.ts");
    expect(stdout).not.toContain("format and lint");
    expect(status).toBe(0);
  });

  it("fail when no test has the title", () => {
    const { status, stdout } = run("scripts/test-only.ts", "tests/domain/origin-policy.test.ts", "-t", "no such title");
    expect(stdout).toMatch(/^0 passed, 1 failed, \d+ skipped$/m);
    expect(status).toBe(1);
  });
});

describe.each(["scripts/check.ts", "scripts/test-only.ts"])("a mistyped filter of %s", (script) => {
  it("fails before anything runs, also beside correct ones", () => {
    expect(run(script, "tests/domain/origin-policy.test.ts", "tests/domian")).toEqual({
      status: 1,
      stdout: "0 passed, 1 failed\n",
      stderr: "No test file matches tests/domian\n",
    });
  });
});
