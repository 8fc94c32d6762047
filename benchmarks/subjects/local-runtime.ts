// The system of `npm start`, without the account's quotas per second, which would limit the measurement. Sends its port.
import { QUOTAS } from "./quotas.ts";
import { startRuntime } from "./runtime.ts";

await startRuntime(QUOTAS);
