#!/usr/bin/env node
import { enableCompileCache } from "node:module";

// Compiling takes much of a start, and gives the same result each time. The cache must be enabled before any other
// module is imported, hence the dynamic import.
enableCompileCache();
const { start } = await import("./command/start.ts");
await start();
