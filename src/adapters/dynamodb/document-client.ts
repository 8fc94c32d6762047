import { DynamoDBClient, type DynamoDBClientConfig } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";

/** Two attempts that hang, or three that fail at once, fit into the budget of `callTable`, which has the last word. */
const MAX_ATTEMPTS = 3;
const CONNECTION_TIMEOUT_MILLIS = 400;
const REQUEST_TIMEOUT_MILLIS = 800;

/** Where the table is; in Lambda the environment says so. Sockets are kept alive, as is the SDK's default. */
type Location = Pick<DynamoDBClientConfig, "endpoint" | "region" | "credentials">;

export function makeDocumentClient(location: Location = {}): DynamoDBDocumentClient {
  const client = new DynamoDBClient({
    ...location,
    maxAttempts: MAX_ATTEMPTS,
    requestHandler: {
      connectionTimeout: CONNECTION_TIMEOUT_MILLIS,
      requestTimeout: REQUEST_TIMEOUT_MILLIS,
      // Without it the SDK only warns about a request that takes too long, and goes on waiting.
      throwOnRequestTimeout: true,
    },
  });
  return DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
}
