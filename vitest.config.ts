import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["tests/**/*.test.ts"],
    reporters: ["default", "./tests/support/count-reporter.ts"],
    globalSetup: ["./tests/support/container-engine.ts"],
    testTimeout: 20_000,
    hookTimeout: 120_000,
    // Two cores: the tests that start containers, browsers and servers share them with everything else.
    maxWorkers: 2,
  },
});
