// The system of `npm start`, without the account's quota on connects per second, which would limit the measurement. Sends
// its port.
import { DEFAULT_QUOTAS } from "@portcullis/emulator";
import { startRuntime } from "./runtime.ts";

await startRuntime({ ...DEFAULT_QUOTAS, connects: { perSecond: 1e6, burst: 1e6 } });
