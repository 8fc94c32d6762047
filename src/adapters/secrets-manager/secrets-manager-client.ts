import { SecretsManagerClient, type SecretsManagerClientConfig } from "@aws-sdk/client-secrets-manager";
import { makeSdkSockets } from "../sdk-sockets.ts";

/** The address of the secrets. In Lambda it comes from the environment. */
type Location = Pick<SecretsManagerClientConfig, "endpoint" | "region" | "credentials">;

/** An attempt that hangs gives up early enough for a second one within the two seconds that the ports allow. */
const MAX_ATTEMPTS = 2;
const TIMEOUTS = { connectionTimeout: 500, requestTimeout: 1200, throwOnRequestTimeout: true };

export function makeSecretsManagerClient(location: Location = {}, now = Date.now): SecretsManagerClient {
  const { agents, plugin } = makeSdkSockets(now);
  const client = new SecretsManagerClient({
    ...location,
    maxAttempts: MAX_ATTEMPTS,
    requestHandler: { ...agents, ...TIMEOUTS },
  });
  client.middlewareStack.use(plugin);
  return client;
}
