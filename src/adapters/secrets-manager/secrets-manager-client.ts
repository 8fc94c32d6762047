import { SecretsManagerClient, type SecretsManagerClientConfig } from "@aws-sdk/client-secrets-manager";

/**
 * Bounds for one call: a connection kept alive through a Lambda freeze may have died without a sign, so an attempt gives
 * up early enough for a second one to answer within the two seconds that our ports grant.
 */
const BOUNDS: SecretsManagerClientConfig = {
  maxAttempts: 2,
  requestHandler: { connectionTimeout: 500, requestTimeout: 1200, throwOnRequestTimeout: true },
};

/** What is left out is taken from the environment, as Lambda and the AWS CLI's profiles set it. */
export function secretsManagerClient(
  config: Pick<SecretsManagerClientConfig, "credentials" | "endpoint" | "region">,
): SecretsManagerClient {
  return new SecretsManagerClient({ ...config, ...BOUNDS });
}
