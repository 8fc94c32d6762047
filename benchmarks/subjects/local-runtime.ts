// What `npm start` runs, without the account's quota on connects per second, which is all that would be measured. Sends
// where it listens.
import { setEnvironment } from "../../src/entrypoints/local/environment.ts";
import { DEFAULT_QUOTAS } from "../../src/entrypoints/local/gateway/quotas.ts";
import { describeApi, loadFunctions } from "../../src/entrypoints/local/routes.ts";
import { startRuntime } from "../../src/entrypoints/local/runtime.ts";
import { realScheduler } from "../../src/entrypoints/local/scheduler.ts";
import { SECRET } from "../settings.ts";

setEnvironment({ port: 0, stage: "dev", jwtSecret: SECRET }, process.env);
const { port } = await startRuntime({
  api: describeApi("dev"),
  functions: await loadFunctions(),
  port: 0,
  quotas: { ...DEFAULT_QUOTAS, connects: { perSecond: 1e6, burst: 1e6 } },
  scheduler: realScheduler,
  onFailure: (name, { errorMessage }) => console.error(`${name}: ${errorMessage}`),
  services: () => [],
});
process.send?.({ port });
