// Mutation tests of the domain: `npm run mutate`. Stryker changes the source in one place at a time, and each time a test
// must fail. docs/mutation-testing.md lists the changes that no test finds.
export default {
  mutate: [
    "src/domain/grants/**/*.ts",
    "src/domain/identity/**/*.ts",
    "src/domain/subscription/**/*.ts",
    "src/domain/token/**/*.ts",
    "src/domain/{plain-object,strict-json,text,time}.ts",
  ],
  // The score in percent below which the command fails.
  thresholds: { high: 95, low: 90, break: 90 },
  testRunner: "vitest",
  vitest: { configFile: "tests/domain/vitest.config.ts" },
  coverageAnalysis: "perTest",
  // These files are copied and changed there; the working tree stays as it is.
  ignorePatterns: ["**", "!src/**", "!packages/**", "!tests/**", "!package.json"],
  tempDirName: "reports/mutation/sandboxes",
  reporters: ["progress", "clear-text", "html", "json"],
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
  // Tables are changed when their module is loaded, so all tests that load it run. That is worth the time.
  warnings: { slow: false },
};
