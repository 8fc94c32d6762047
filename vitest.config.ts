import { defineConfig } from "vitest/config";
import { ownEnvironment } from "./tests/support/own-environment.ts";

ownEnvironment();

export default defineConfig({
  test: {
    include: ["tests/**/*.test.ts", "packages/*/tests/**/*.test.ts"],
    reporters: ["default", "./tests/support/count-reporter.ts"],
    globalSetup: [
      "./tests/support/browser.ts",
      "./tests/support/container-engine.ts",
      "./tests/support/dynamodb-local.ts",
    ],
    testTimeout: 20_000,
    hookTimeout: 120_000,
    // Two cores: the tests that start containers, browsers and servers share them with everything else.
    maxWorkers: 2,
    // Tests that run beside each other in one file wait, for services that hang and clocks that go wrong.
    maxConcurrency: 20,
  },
});
