import { enableCompileCache } from "node:module";

// Stripping types and compiling take more than half of a start, and give the same result each time. The cache must be
// enabled before any other module is imported, hence the dynamic import.
enableCompileCache();
const { start } = await import("./start.ts");
await start();
