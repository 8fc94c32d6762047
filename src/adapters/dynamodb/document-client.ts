import { DynamoDBClient, type DynamoDBClientConfig } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";

/** Where the table is; in Lambda the environment says so. */
type Location = Pick<DynamoDBClientConfig, "endpoint" | "region" | "credentials">;

type Timeouts = { readonly connectMillis: number; readonly requestMillis: number };

/** Two attempts that hang, or three that fail at once, fit into the budget of `callTable`, which has the last word. */
const MAX_ATTEMPTS = 3;
const TIMEOUTS: Timeouts = { connectMillis: 400, requestMillis: 800 };

/** Its sockets are kept alive from call to call, as is the SDK's default. */
export function makeDocumentClient(location: Location = {}, timeouts = TIMEOUTS): DynamoDBDocumentClient {
  const client = new DynamoDBClient({
    ...location,
    maxAttempts: MAX_ATTEMPTS,
    requestHandler: {
      connectionTimeout: timeouts.connectMillis,
      requestTimeout: timeouts.requestMillis,
      // Without it the SDK only warns about a request that takes too long, and goes on waiting.
      throwOnRequestTimeout: true,
    },
  });
  return DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
}
