import { enableCompileCache } from "node:module";

// Stripping types and compiling is more than half of what a start costs, and the same each time. The cache has to be
// there before anything is imported, hence the import that is none.
enableCompileCache();
const { start } = await import("./start.ts");
await start();
