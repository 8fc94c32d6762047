// Lambda loads this file, because it awaits ES modules only. The bundle beside it is CommonJS (decision 5). An `import` of
// the bundle would parse it once more for the names of its exports, and one of `node:module` would make its namespace.
const { createRequire } = process.getBuiltinModule("node:module");
const { handler, prime } = createRequire(import.meta.url)("./bundle.cjs");

// For at most 500 ms, and it never rejects: decision 19.
await prime();

export { handler };
