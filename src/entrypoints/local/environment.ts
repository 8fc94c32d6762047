import { REGION } from "./aws-account.ts";
import type { Options } from "./options.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The variables of all functions, which share one process here. What stands for AWS replaces what the template says;
 * what whoever starts it has set already wins over both, save the secret, which has an option of its own.
 */
export function localEnvironment(
  { port, stage, jwtSecret }: Options,
  functions: readonly { readonly environment: Environment }[],
  own: Environment,
): Environment {
  const origin = `http://127.0.0.1:${port}`;
  return {
    ...Object.assign({}, ...functions.map(({ environment }) => environment)),
    STORE: "memory",
    SECRETS: "local",
    // Nobody here reads metrics out of log lines.
    METRICS_NAMESPACE: "",
    CONNECTIONS_ENDPOINT: `${origin}/${stage}`,
    // Whatever a handler calls of AWS it calls here: nothing that runs on a laptop may reach an account by accident.
    AWS_ENDPOINT_URL: origin,
    AWS_REGION: REGION,
    // The SDK signs or refuses to call; nobody here checks with what.
    AWS_ACCESS_KEY_ID: "local",
    AWS_SECRET_ACCESS_KEY: "local",
    ...own,
    JWT_SECRET: jwtSecret,
  };
}
