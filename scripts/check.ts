// `npm test`: every check of the project, cheapest first, also after a failure, and a closing line with the counts.
import { spawnSync } from "node:child_process";
import { conclude } from "./conclude.ts";
import { runTests } from "./run-tests.ts";

const checks: readonly (readonly [name: string, command: string, ...args: string[]])[] = [
  ["format and lint", "node_modules/.bin/biome", "ci", "--error-on-warnings", "."],
  ["types", "node_modules/.bin/tsc", "-p", "tsconfig.json"],
  ["types of the core", "node_modules/.bin/tsc", "-p", "tsconfig.core.json"],
  ["ring rules", "node_modules/.bin/depcruise", "--config", ".dependency-cruiser.cjs", "src", "packages"],
  ["dead code", "node_modules/.bin/knip"],
  ["dead code in production", "node_modules/.bin/knip", "--production"],
  ["template", process.execPath, "scripts/verify-template.ts"],
];

function runCheck([name, command, ...args]: (typeof checks)[number]): boolean {
  const { status } = spawnSync(command, args, { stdio: "inherit" });
  console.log(`${status === 0 ? "ok  " : "FAIL"} ${name}`);
  return status === 0;
}

if (process.platform === "win32") {
  console.error("npm test needs Linux or macOS. On Windows it runs in WSL.");
  process.exit(1);
}

const filters = process.argv.slice(2);
// With a filter the tests come first: a filter without a match then fails at once.
const filtered = filters.length > 0 ? runTests(filters) : undefined;
const outcomes = filtered?.passed === 0 ? [] : checks.map(runCheck);
const { passed, failed, skipped } = filtered ?? runTests([]);
conclude({
  passed: passed + outcomes.filter((ok) => ok).length,
  failed: failed + outcomes.filter((ok) => !ok).length,
  skipped,
});
