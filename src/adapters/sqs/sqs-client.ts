import { SQSClient, type SQSClientConfig } from "@aws-sdk/client-sqs";
import { makeSdkTransport, type SdkTimeouts } from "../sdk-transport.ts";

/** The endpoint and credentials; in Lambda they come from the environment. */
type Location = Pick<SQSClientConfig, "endpoint" | "region" | "credentials">;

/** Two attempts that hang fit into the budget of a call. */
const TIMEOUTS: SdkTimeouts = { connectMillis: 500, requestMillis: 1200 };

export function makeSqsClient(location: Location = {}, timeouts = TIMEOUTS, now = Date.now): SQSClient {
  const { config, plugin } = makeSdkTransport(timeouts, now);
  const client = new SQSClient({ ...location, ...config, maxAttempts: 2 });
  client.middlewareStack.use(plugin);
  return client;
}
