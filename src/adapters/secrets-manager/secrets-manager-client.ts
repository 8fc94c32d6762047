import { SecretsManagerClient, type SecretsManagerClientConfig } from "@aws-sdk/client-secrets-manager";

/**
 * Limits of one call. A socket kept open through a Lambda freeze may have died without a sign. So an attempt gives up
 * early enough for a second one to succeed within the two seconds that the ports allow.
 */
const BOUNDS: SecretsManagerClientConfig = {
  maxAttempts: 2,
  requestHandler: { connectionTimeout: 500, requestTimeout: 1200, throwOnRequestTimeout: true },
};

/** Makes a client. Values that are left out come from the environment, as Lambda and the AWS CLI's profiles set it. */
export function secretsManagerClient(
  config: Pick<SecretsManagerClientConfig, "credentials" | "endpoint" | "region">,
): SecretsManagerClient {
  return new SecretsManagerClient({ ...config, ...BOUNDS });
}
