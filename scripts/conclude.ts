import type { Counts } from "./run-tests.ts";

/** Prints the closing line and sets the exit code. In CI a skipped test is a failure, since CI has all that tests need. */
export function conclude({ passed, failed, skipped }: Counts): void {
  console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`);
  process.exitCode = failed > 0 || (skipped > 0 && process.env["CI"] === "true") ? 1 : 0;
}
