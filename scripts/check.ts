// `npm test`: every check of the project, cheapest first, all of them even when one fails, and one true closing line.
import { spawnSync } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";

type Counts = { passed: number; failed: number; skipped: number };

const COUNTS = "reports/test-counts.json";

const checks: readonly (readonly [name: string, command: string, ...args: string[]])[] = [
  ["format and lint", "node_modules/.bin/biome", "ci", "--error-on-warnings", "."],
  ["types", "node_modules/.bin/tsc", "-p", "tsconfig.json"],
  ["types of the core", "node_modules/.bin/tsc", "-p", "tsconfig.core.json"],
  ["ring rules", "node_modules/.bin/depcruise", "--config", ".dependency-cruiser.cjs", "src"],
  ["dead code", "node_modules/.bin/knip"],
  ["dead code in production", "node_modules/.bin/knip", "--production"],
  ["template", process.execPath, "scripts/verify-template.ts"],
];

function runCheck([name, command, ...args]: (typeof checks)[number]): boolean {
  const { status } = spawnSync(command, args, { stdio: "inherit" });
  console.log(`${status === 0 ? "ok  " : "FAIL"} ${name}`);
  return status === 0;
}

function runTests(): Counts {
  rmSync(COUNTS, { force: true });
  const { status } = spawnSync("node_modules/.bin/vitest", ["run", ...process.argv.slice(2)], { stdio: "inherit" });
  const counts = readCounts();
  // A runner that died, or found nothing to run, has no failed test to show for it.
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

const outcomes = checks.map(runCheck);
const tests = runTests();
const passed = tests.passed + outcomes.filter((ok) => ok).length;
const failed = tests.failed + outcomes.filter((ok) => !ok).length;
console.log(`${passed} passed, ${failed} failed${tests.skipped > 0 ? `, ${tests.skipped} skipped` : ""}`);
process.exitCode = failed > 0 || (tests.skipped > 0 && process.env["CI"] === "true") ? 1 : 0;
