import { enableCompileCache } from "node:module";

// Stripping types and compiling take more than half of a start, and give the same result each time. The cache must be
// enabled before any other module is imported, hence the dynamic import.
enableCompileCache();
const { useIdentityProviders } = await import("./use-identity-providers.ts");
if (useIdentityProviders(process.env["IDENTITY_PROVIDERS"])) {
  const { start } = await import("./start.ts");
  await start();
}
