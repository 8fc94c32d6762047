// Lambda loads this file, because it awaits ES modules only. The bundle beside it is CommonJS (decision 5). An import
// would parse the bundle once more for the names of its exports.
const { createRequire } = process.getBuiltinModule("node:module");
const { handler, prime } = createRequire(import.meta.url)("./bundle.cjs");

await prime();

export { handler };
