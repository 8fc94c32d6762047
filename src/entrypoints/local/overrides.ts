import type { Addresses, Environment } from "@portcullis/emulator";
import type { Options } from "./options.ts";

/**
 * Variables that replace the template's: in-memory stores, and the emulator's `@connections` address. The secret is the
 * template's, in the emulator's Secrets Manager.
 */
export function localOverrides(
  { logLevel }: Pick<Options, "logLevel">,
  { endpoint, stage }: Pick<Addresses, "endpoint" | "stage">,
): Environment {
  return {
    STORE: "memory",
    // Metrics would make the log hard to read.
    METRICS_NAMESPACE: "",
    ...(logLevel !== undefined && { LOG_LEVEL: logLevel }),
    CONNECTIONS_ENDPOINT: `${endpoint}/${stage}`,
  };
}
