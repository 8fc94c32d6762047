import { mkdirSync, writeFileSync } from "node:fs";
import type { Reporter, TestModule } from "vitest/node";

/** Writes the counts to a file. `npm test` adds those of all checks and prints the sum as its last line. */
export default class CountReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const counts = { passed: 0, failed: unhandledErrors.length, skipped: 0 };
    for (const module of modules) {
      // A module that fails to load has no tests: it counts as one failure.
      if (module.state() === "failed" && [...module.children.allTests("failed")].length === 0) counts.failed += 1;
      for (const test of module.children.allTests()) {
        const state = test.result().state;
        counts[state === "pending" ? "skipped" : state] += 1;
      }
    }
    mkdirSync("reports", { recursive: true });
    writeFileSync("reports/test-counts.json", JSON.stringify(counts));
  }
}
