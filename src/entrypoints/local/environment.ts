import { devNull } from "node:os";
import { FUNCTIONS_ACCESS_KEY, REGION } from "./aws-account.ts";
import type { Options } from "./options.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** What Node.js and the operating system need. Nothing of it says what the functions do. */
const KEPT = new Set(["PATH", "TMPDIR", "TEMP", "TMP", "SYSTEMROOT"]);

/**
 * All variables of the functions, which share one process here: the template's, and what stands for AWS in place of
 * AWS. Of the shell's own only those in KEPT: a variable that was set for another program must not change what runs, and
 * real credentials must not be used.
 */
export function localEnvironment(
  { port, stage, jwtSecret, logLevel }: Options,
  functions: readonly { readonly environment: Environment }[],
  shell: Environment,
): Environment {
  const origin = `http://127.0.0.1:${port}`;
  return {
    ...Object.fromEntries(Object.entries(shell).filter(([name]) => KEPT.has(name.toUpperCase()))),
    ...Object.assign({}, ...functions.map(({ environment }) => environment)),
    STORE: "memory",
    SECRETS: "local",
    JWT_SECRET: jwtSecret,
    // Log lines are for reading here: metrics in them would be noise.
    METRICS_NAMESPACE: "",
    ...(logLevel !== undefined && { LOG_LEVEL: logLevel }),
    CONNECTIONS_ENDPOINT: `${origin}/${stage}`,
    // Whatever a handler calls of AWS it calls here: nothing that runs on a laptop may reach an account by accident.
    AWS_ENDPOINT_URL: origin,
    AWS_REGION: REGION,
    // The SDK signs or refuses to call: with what is not checked, and tells only that it is a function.
    AWS_ACCESS_KEY_ID: FUNCTIONS_ACCESS_KEY,
    AWS_SECRET_ACCESS_KEY: "local",
    // The SDK would read profiles, regions and addresses from the developer's own files, and ask for a machine's role.
    AWS_CONFIG_FILE: devNull,
    AWS_SHARED_CREDENTIALS_FILE: devNull,
    AWS_EC2_METADATA_DISABLED: "true",
    // As in Lambda.
    TZ: "UTC",
  };
}
