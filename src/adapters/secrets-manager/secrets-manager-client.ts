import { SecretsManagerClient, type SecretsManagerClientConfig } from "@aws-sdk/client-secrets-manager";

/** The address of the secrets. In Lambda it comes from the environment. */
type Location = Pick<SecretsManagerClientConfig, "endpoint" | "region" | "credentials">;

/**
 * Limits of one call. A socket kept open through a Lambda freeze may have died without a sign. So an attempt gives up
 * early enough for a second one to succeed within the two seconds that the ports allow.
 */
const BOUNDS: SecretsManagerClientConfig = {
  maxAttempts: 2,
  requestHandler: { connectionTimeout: 500, requestTimeout: 1200, throwOnRequestTimeout: true },
};

export function makeSecretsManagerClient(location: Location = {}): SecretsManagerClient {
  return new SecretsManagerClient({ ...location, ...BOUNDS });
}
