// Lambda awaits the loading of ES modules only, so this file is one. The bundle is CommonJS (decision 5). An `import` of
// the bundle would parse it a second time, for the names of its exports. An `import` of `node:module` would cost time too.
const { createRequire } = process.getBuiltinModule("node:module");
const { handler, prime } = createRequire(import.meta.url)("./bundle.cjs");

// For at most 500 ms, and it never rejects: decision 19.
await prime();

export { handler };
