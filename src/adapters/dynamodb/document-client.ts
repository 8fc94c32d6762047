import { DynamoDBClient, type DynamoDBClientConfig } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { makeSdkSockets } from "../sdk-sockets.ts";

/** The address of the table. In Lambda it comes from the environment. */
type Location = Pick<DynamoDBClientConfig, "endpoint" | "region" | "credentials">;

type Timeouts = { readonly connectMillis: number; readonly requestMillis: number };

/**
 * Two attempts that hang, or three that fail at once, fit into the budget of `callTable`, which ends the call in any
 * case.
 */
const MAX_ATTEMPTS = 3;
const TIMEOUTS: Timeouts = { connectMillis: 400, requestMillis: 800 };

/** Makes a client that keeps its sockets open between calls, but uses none that was idle for long. */
export function makeDocumentClient(
  location: Location = {},
  timeouts = TIMEOUTS,
  now = Date.now,
): DynamoDBDocumentClient {
  const { agents, plugin } = makeSdkSockets(now);
  const client = new DynamoDBClient({
    ...location,
    maxAttempts: MAX_ATTEMPTS,
    requestHandler: {
      ...agents,
      connectionTimeout: timeouts.connectMillis,
      requestTimeout: timeouts.requestMillis,
      // Without this option the SDK only warns about a request that takes too long, and continues to wait.
      throwOnRequestTimeout: true,
    },
  });
  client.middlewareStack.use(plugin);
  return DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
}
