import { devNull } from "node:os";
import { FUNCTIONS_ACCESS_KEY, REGION } from "../../../packages/emulator/src/aws-account.ts";
import type { Options } from "./options.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** Needed by Node.js and the operating system; none of them changes what the functions do. */
const KEPT = new Set(["PATH", "TMPDIR", "TEMP", "TMP", "SYSTEMROOT"]);

/**
 * All variables of the functions, which share one process here: the template's, and addresses and credentials of the
 * emulated AWS. Of the shell's variables only those in KEPT: a variable for another program must not change what runs,
 * and real credentials must not be used.
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
    // Metrics would make the log lines hard to read.
    METRICS_NAMESPACE: "",
    ...(logLevel !== undefined && { LOG_LEVEL: logLevel }),
    CONNECTIONS_ENDPOINT: `${origin}/${stage}`,
    // Whatever a handler calls of AWS it calls here: nothing that runs on a laptop may reach an account by accident.
    AWS_ENDPOINT_URL: origin,
    AWS_REGION: REGION,
    // The SDK calls only with credentials. The key says that a function calls; the signature is not checked.
    AWS_ACCESS_KEY_ID: FUNCTIONS_ACCESS_KEY,
    AWS_SECRET_ACCESS_KEY: "local",
    // Else the SDK would read the developer's files, and ask the machine for its role.
    AWS_CONFIG_FILE: devNull,
    AWS_SHARED_CREDENTIALS_FILE: devNull,
    AWS_EC2_METADATA_DISABLED: "true",
    // As in Lambda.
    TZ: "UTC",
  };
}
