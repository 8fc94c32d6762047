// The system of `npm start`, with the quotas that an account of AWS has by default. Sends its port.
import { startRuntime } from "./runtime.ts";

await startRuntime();
