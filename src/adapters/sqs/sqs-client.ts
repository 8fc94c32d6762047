import { SQSClient, type SQSClientConfig } from "@aws-sdk/client-sqs";

/** Where the queues are; in Lambda the environment says so. */
type Location = Pick<SQSClientConfig, "endpoint" | "region" | "credentials">;

/** Two attempts that hang fit into the budget of a call. */
export function makeSqsClient(location: Location = {}): SQSClient {
  return new SQSClient({
    ...location,
    maxAttempts: 2,
    requestHandler: { connectionTimeout: 500, requestTimeout: 1200, throwOnRequestTimeout: true },
  });
}
