// The ring rules of ARCHITECTURE.md. tests/architecture/rings.test.ts plants a violation of each and expects it named.
const core = "^src/(domain|application)/";
const packages = "(^|/)node_modules/";
const schemas = "schemas(/|[.]ts$)";

module.exports = {
  forbidden: [
    {
      name: "domain-knows-only-domain",
      severity: "error",
      from: { path: "^src/domain/" },
      to: { pathNot: "^src/domain/" },
    },
    {
      name: "application-knows-only-the-core",
      severity: "error",
      from: { path: "^src/application/" },
      to: { pathNot: core },
    },
    {
      name: "adapters-do-not-know-entrypoints",
      severity: "error",
      from: { path: "^src/adapters/" },
      to: { path: "^src/entrypoints/" },
    },
    {
      name: "adapters-do-not-know-one-another",
      severity: "error",
      from: { path: "^src/adapters/([^/]+)/" },
      to: { path: "^src/adapters/[^/]+/", pathNot: "^src/adapters/$1/" },
    },
    {
      name: "what-adapters-share-knows-no-adapter",
      comment: "Otherwise one adapter could reach another through a file beside the folders.",
      severity: "error",
      from: { path: "^src/adapters/[^/]+$" },
      to: { path: "^src/adapters/[^/]+/" },
    },
    {
      name: "handlers-know-only-events",
      comment:
        "A handler translates API Gateway's events and responses (all of that folder), or those of another service " +
        "(adapters/*/events/); every other adapter is chosen by the composition root.",
      severity: "error",
      from: { path: "^src/entrypoints/lambda/" },
      to: { path: "^src/adapters/", pathNot: "^src/adapters/(api-gateway|[^/]+/events)/" },
    },
    {
      name: "handlers-do-not-compose",
      comment: "What a handler needs comes as an argument, so that a test imports it without an environment.",
      severity: "error",
      from: { path: "^src/entrypoints/lambda/(handlers|middleware)/" },
      to: { path: "^src/entrypoints/composition/" },
    },
    {
      name: "inversify-only-in-the-composition-root",
      severity: "error",
      from: { path: "^src/", pathNot: "^src/entrypoints/composition/" },
      to: { path: `${packages}(inversify|@inversifyjs|reflect-metadata)/` },
    },
    {
      name: "middy-only-in-lambda-entrypoints",
      severity: "error",
      from: { path: "^src/", pathNot: "^src/entrypoints/lambda/" },
      to: { path: `${packages}(@middy|middy)/` },
    },
    {
      name: "nothing-shipped-knows-the-local-runtime",
      severity: "error",
      from: { path: "^src/", pathNot: "^src/entrypoints/local/" },
      to: { path: "^src/entrypoints/local/" },
    },
    {
      name: "protocol-knows-only-zod",
      severity: "error",
      from: { path: "^packages/protocol/src/" },
      to: { pathNot: `^packages/protocol/src/|${packages}zod/` },
    },
    {
      name: "protocol-needs-zod-only-for-schemas",
      comment: "A client that imports `.` installs and loads nothing else.",
      severity: "error",
      from: { path: "^packages/protocol/src/", pathNot: `^packages/protocol/src/${schemas}` },
      to: { path: `^packages/protocol/src/${schemas}|${packages}zod/` },
    },
    {
      name: "only-the-local-entrypoint-knows-the-emulator",
      severity: "error",
      from: { path: "^src/", pathNot: "^src/entrypoints/local/" },
      to: { path: "(^|/)packages/emulator/" },
    },
    {
      name: "packages-know-nothing-of-the-product",
      severity: "error",
      from: { path: "^packages/" },
      to: { path: "^(src|tests|scripts|benchmarks)/" },
    },
    {
      name: "packages-do-not-know-one-another",
      severity: "error",
      from: { path: "^packages/([^/]+)/" },
      to: { path: "(^|/)packages/[^/]+/", pathNot: "(^|/)packages/$1/" },
    },
    {
      name: "packages-ship-no-tests",
      severity: "error",
      from: { path: "^packages/[^/]+/src/" },
      to: { path: "^packages/[^/]+/tests/" },
    },
    {
      name: "no-cycles",
      severity: "error",
      from: { path: "^(src|packages)/" },
      to: { circular: true },
    },
    {
      name: "everything-resolves",
      comment: "An import that does not resolve is one that no other rule sees. aws-lambda exists only as @types.",
      severity: "error",
      from: { path: "^(src|packages)/" },
      to: { couldNotResolve: true, pathNot: "^aws-lambda$" },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    // Without these, imports of ESM-only packages do not resolve and the rules on them silently pass.
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "types", "node", "default"],
      extensions: [".ts", ".mjs", ".js", ".cjs", ".json"],
    },
  },
};
