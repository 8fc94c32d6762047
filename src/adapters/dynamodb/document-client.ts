import { DynamoDBClient, type DynamoDBClientConfig } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { makeSdkTransport, type SdkTimeouts } from "../sdk-transport.ts";

/** The address of the table. In Lambda it comes from the environment. */
type Location = Pick<DynamoDBClientConfig, "endpoint" | "region" | "credentials">;

/**
 * Two attempts that hang, or three that fail at once, fit into the budget of `callTable`, which ends the call in any
 * case.
 */
const MAX_ATTEMPTS = 3;
const TIMEOUTS: SdkTimeouts = { connectMillis: 400, requestMillis: 800 };

/** Makes a client that keeps its sockets open between calls, but uses none that was idle for long. */
export function makeDocumentClient(
  location: Location = {},
  timeouts = TIMEOUTS,
  now = Date.now,
): DynamoDBDocumentClient {
  const { config, plugin } = makeSdkTransport(timeouts, now);
  const client = new DynamoDBClient({ ...location, ...config, maxAttempts: MAX_ATTEMPTS });
  client.middlewareStack.use(plugin);
  return DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
}
