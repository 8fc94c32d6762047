import { defineConfig } from "vitest/config";

/** The tests of the domain alone, without the services that other tests need: Stryker runs them for each change. */
export default defineConfig({
  test: {
    include: ["tests/domain/**/*.test.ts"],
    // Stryker counts what each test reaches, which makes the longest take several times as long.
    testTimeout: 60_000,
  },
});
