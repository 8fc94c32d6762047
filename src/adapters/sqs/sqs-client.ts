import { SQSClient, type SQSClientConfig } from "@aws-sdk/client-sqs";
import { makeSdkSockets } from "../sdk-sockets.ts";

/** The endpoint and credentials; in Lambda they come from the environment. */
type Location = Pick<SQSClientConfig, "endpoint" | "region" | "credentials">;

type Timeouts = { readonly connectMillis: number; readonly requestMillis: number };

/** Two attempts that hang fit into the budget of a call. */
const TIMEOUTS: Timeouts = { connectMillis: 500, requestMillis: 1200 };

export function makeSqsClient(location: Location = {}, timeouts = TIMEOUTS, now = Date.now): SQSClient {
  const { agents, plugin } = makeSdkSockets(now);
  const client = new SQSClient({
    ...location,
    maxAttempts: 2,
    requestHandler: {
      ...agents,
      connectionTimeout: timeouts.connectMillis,
      requestTimeout: timeouts.requestMillis,
      throwOnRequestTimeout: true,
    },
  });
  client.middlewareStack.use(plugin);
  return client;
}
