import { parseConnectionsEndpoint } from "../../adapters/api-gateway-management/connections-endpoint.ts";
import { ManagementApiChannel } from "../../adapters/api-gateway-management/management-api-channel.ts";
import type { AwsCredentials } from "../../adapters/api-gateway-management/sigv4-signer.ts";
import { makeSqsClient } from "../../adapters/sqs/sqs-client.ts";
import { SqsDeliveryQueue } from "../../adapters/sqs/sqs-delivery-queue.ts";
import { JitteredBackoff, SystemTimer } from "../../adapters/system/system.ts";
import { makeFanOut } from "../../application/push/fan-out.ts";
import { makeDeliver, makeNotifyEntity, makeNotifyUser } from "../../application/push/notify.ts";
import { Secret } from "../../domain/secret.ts";
import type { Part } from "./container.ts";
import { names } from "./names.ts";
import type { Settings } from "./settings.ts";

/** More gain little on one core, and the account's 10,000 requests a second are shared with all that it runs. */
const POSTS_AT_ONCE = 50;

/** From the queues to the connections. */
export const delivery: Part = (settings) => {
  const gateway = {
    endpoint: settings.parsed("CONNECTIONS_ENDPOINT", parseConnectionsEndpoint, "must be a bare https address"),
    region: settings.text("AWS_REGION"),
    credentials: credentialsOf(settings),
    socketsKept: POSTS_AT_ONCE,
  };
  const queues = {
    continuations: settings.text("CONTINUATION_QUEUE_URL"),
    deadLetters: settings.text("DEAD_LETTER_QUEUE_URL"),
  };
  return (provide) => {
    provide(
      names.connectionChannel,
      { clock: names.clock },
      ({ clock }) => new ManagementApiChannel({ ...gateway, clock }),
    );
    const deliveryQueue = new SqsDeliveryQueue(makeSqsClient(), queues);
    provide(names.deliveryQueue, {}, () => deliveryQueue);
    provide(names.deadLetters, {}, () => deliveryQueue);
    provide(names.backoff, {}, () => new JitteredBackoff());
    provide(names.timer, {}, () => new SystemTimer());
    provide(
      names.fanOut,
      {
        channel: names.connectionChannel,
        queue: names.deliveryQueue,
        deadLetters: names.deadLetters,
        clock: names.clock,
        backoff: names.backoff,
        timer: names.timer,
        logger: names.logger,
      },
      (deps) => makeFanOut({ ...deps, concurrency: POSTS_AT_ONCE }),
    );
    const ending = { fanOut: names.fanOut, closeConnection: names.closeConnection, clock: names.clock };
    provide(names.notifyEntity, { ...ending, subscriptions: names.subscriptionStore }, makeNotifyEntity);
    provide(names.notifyUser, { ...ending, connections: names.connectionStore }, makeNotifyUser);
    provide(names.deliver, { notifyEntity: names.notifyEntity, notifyUser: names.notifyUser }, makeDeliver);
  };
};

/** Lambda gives its role's, which last longer than the process. */
function credentialsOf(settings: Settings): AwsCredentials {
  const sessionToken = settings.optionalText("AWS_SESSION_TOKEN");
  return {
    accessKeyId: settings.text("AWS_ACCESS_KEY_ID"),
    secretAccessKey: new Secret(settings.text("AWS_SECRET_ACCESS_KEY")),
    ...(sessionToken !== undefined && { sessionToken: new Secret(sessionToken) }),
  };
}
