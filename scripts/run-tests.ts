import { spawnSync } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { parseCLI } from "vitest/node";

export type Counts = { passed: number; failed: number; skipped: number };

const VITEST = "node_modules/.bin/vitest";
const COUNTS = "reports/test-counts.json";

/** Vitest with these arguments. A filter that matches no file fails before anything runs. */
export function runTests(args: readonly string[]): Counts {
  const mistyped = filtersIn(args).filter((filter) => !matchesAny(filter));
  for (const filter of mistyped) console.error(`No test file matches ${filter}`);
  return mistyped.length > 0 ? { passed: 0, failed: mistyped.length, skipped: 0 } : countsOf(args);
}

function filtersIn(args: readonly string[]): readonly string[] {
  return args.length === 0 ? [] : parseCLI(["vitest", "run", ...args]).filter;
}

/** Vitest itself ignores a filter without a match if other filters match. */
function matchesAny(filter: string): boolean {
  return spawnSync(VITEST, ["list", "--filesOnly", filter], { encoding: "utf8" }).stdout.trim() !== "";
}

function countsOf(args: readonly string[]): Counts {
  rmSync(COUNTS, { force: true });
  const { status } = spawnSync(VITEST, ["run", ...args], { stdio: "inherit" });
  const counts = readCounts();
  // A runner that died, or ran no test, reports no failed test.
  if (counts.failed === 0 && (status !== 0 || counts.passed === 0)) counts.failed = 1;
  return counts;
}

function readCounts(): Counts {
  try {
    return JSON.parse(readFileSync(COUNTS, "utf8"));
  } catch {
    return { passed: 0, failed: 0, skipped: 0 };
  }
}
