import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["tests/**/*.test.ts"],
    reporters: ["default", "./tests/support/count-reporter.ts"],
    globalSetup: [
      "./tests/support/browser.ts",
      "./tests/support/container-engine.ts",
      "./tests/support/dynamodb-local.ts",
    ],
    // Handlers read their settings while they load; tests of handlers load them like this.
    env: {
      STORE: "memory",
      SECRETS: "local",
      JWT_SECRET_ID: "only-for-tests",
      JWT_SECRET: "only-for-tests-0123456789abcdef0",
      TOKEN_ISSUER: "https://issuer.example",
      TOKEN_AUDIENCE: "portcullis",
      QUERY_TOKEN: "allowed",
      ALLOWED_ORIGINS: "*",
      LOG_LEVEL: "ERROR",
    },
    testTimeout: 20_000,
    hookTimeout: 120_000,
    // Two cores: the tests that start containers, browsers and servers share them with everything else.
    maxWorkers: 2,
  },
});
