import type { Addresses, Environment } from "@portcullis/emulator";
import type { Options } from "./options.ts";

/**
 * Variables that replace the template's: in-memory stores, a secret for this run, and the emulator's `@connections`
 * address.
 */
export function localOverrides(
  { jwtSecret, logLevel }: Pick<Options, "jwtSecret" | "logLevel">,
  { endpoint, stage }: Pick<Addresses, "endpoint" | "stage">,
): Environment {
  return {
    STORE: "memory",
    SECRETS: "local",
    JWT_SECRET: jwtSecret,
    // Metrics would make the log hard to read.
    METRICS_NAMESPACE: "",
    ...(logLevel !== undefined && { LOG_LEVEL: logLevel }),
    CONNECTIONS_ENDPOINT: `${endpoint}/${stage}`,
  };
}
