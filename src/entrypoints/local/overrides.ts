import type { Addresses, Environment } from "@portcullis/emulator";
import type { Options } from "./options.ts";

/** What the functions have in place of the template's: stores in memory, a secret of this run, and its `@connections`. */
export function localOverrides(
  { jwtSecret, logLevel }: Pick<Options, "jwtSecret" | "logLevel">,
  { endpoint, stage }: Pick<Addresses, "endpoint" | "stage">,
): Environment {
  return {
    STORE: "memory",
    SECRETS: "local",
    JWT_SECRET: jwtSecret,
    // Metrics would make the log lines hard to read.
    METRICS_NAMESPACE: "",
    ...(logLevel !== undefined && { LOG_LEVEL: logLevel }),
    CONNECTIONS_ENDPOINT: `${endpoint}/${stage}`,
  };
}
