import { SecretsManagerClient, type SecretsManagerClientConfig } from "@aws-sdk/client-secrets-manager";
import { makeSdkTransport, type SdkTimeouts } from "../sdk-transport.ts";

/** The address of the secrets. In Lambda it comes from the environment. */
type Location = Pick<SecretsManagerClientConfig, "endpoint" | "region" | "credentials">;

/** An attempt that hangs gives up early enough for a second one within the two seconds that the ports allow. */
const MAX_ATTEMPTS = 2;
const TIMEOUTS: SdkTimeouts = { connectMillis: 500, requestMillis: 1200 };

export function makeSecretsManagerClient(location: Location = {}, now = Date.now): SecretsManagerClient {
  const { config, plugin } = makeSdkTransport(TIMEOUTS, now);
  const client = new SecretsManagerClient({ ...location, ...config, maxAttempts: MAX_ATTEMPTS });
  client.middlewareStack.use(plugin);
  return client;
}
