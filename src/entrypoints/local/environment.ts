import { REGION } from "./aws-account.ts";
import type { Options } from "./options.ts";

/** What the template gives the functions, with everything in this process. What is set already wins. */
export function setEnvironment({ port, stage, jwtSecret }: Options, environment: NodeJS.ProcessEnv): void {
  const defaults = {
    STORE: "memory",
    SECRETS: "local",
    TOKEN_ISSUER: "https://portcullis.local",
    TOKEN_AUDIENCE: "portcullis",
    QUERY_TOKEN: "allowed",
    ALLOWED_ORIGINS: "*",
    CONNECTIONS_ENDPOINT: `http://127.0.0.1:${port}/${stage}`,
    AWS_REGION: REGION,
    // The SDK signs or refuses to call; nobody here checks with what.
    AWS_ACCESS_KEY_ID: "local",
    AWS_SECRET_ACCESS_KEY: "local",
  };
  for (const [name, value] of Object.entries(defaults)) environment[name] ??= value;
  environment["JWT_SECRET"] = jwtSecret;
}
