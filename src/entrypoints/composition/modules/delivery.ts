import { parseConnectionsEndpoint } from "../../../adapters/api-gateway-management/connections-endpoint.ts";
import { ManagementApiChannel } from "../../../adapters/api-gateway-management/management-api-channel.ts";
import type { AwsCredentials } from "../../../adapters/api-gateway-management/sigv4-signer.ts";
import { makeSqsClient } from "../../../adapters/sqs/sqs-client.ts";
import { SqsDeliveryQueue } from "../../../adapters/sqs/sqs-delivery-queue.ts";
import { JitteredBackoff, SystemTimer } from "../../../adapters/system/system.ts";
import { makeFanOut } from "../../../application/push/fan-out.ts";
import { makeDeliver, makeNotifyEntity, makeNotifyUser } from "../../../application/push/notify.ts";
import { Secret } from "../../../domain/secret.ts";
import { defineModule } from "../module.ts";
import { serviceId, services } from "../services.ts";
import type { Settings } from "../settings.ts";

/**
 * More posts gain little on one core. The account's 10,000 requests a second are shared by everything that runs in it.
 */
const POSTS_AT_ONCE = 50;

/** The adapter of both queue ports: one client sends to both queues. */
const sqsQueues = serviceId<SqsDeliveryQueue>("SqsDeliveryQueue");

const managementApi = serviceId<ManagementApiChannel>("ManagementApiChannel");

/** Delivers notifications from the queues to the connections. */
export const delivery = defineModule({
  settings: (settings) => ({
    gateway: {
      endpoint: settings.parsed("CONNECTIONS_ENDPOINT", parseConnectionsEndpoint, "must be a bare https address"),
      region: settings.text("AWS_REGION"),
      credentials: credentialsOf(settings),
      socketsKept: POSTS_AT_ONCE,
    },
    queues: {
      continuations: settings.text("CONTINUATION_QUEUE_URL"),
      deadLetters: settings.text("DEAD_LETTER_QUEUE_URL"),
    },
  }),
  services: (provide, { gateway, queues }) => {
    provide(managementApi, { clock: services.clock }, ({ clock }) => new ManagementApiChannel({ ...gateway, clock }));
    provide(services.connectionChannel, { channel: managementApi }, ({ channel }) => channel);
    provide(sqsQueues, {}, () => new SqsDeliveryQueue(makeSqsClient, queues));
    provide(services.deliveryQueue, { queues: sqsQueues }, ({ queues }) => queues);
    provide(services.deadLetters, { queues: sqsQueues }, ({ queues }) => queues);
    provide(services.backoff, {}, () => new JitteredBackoff());
    provide(services.timer, {}, () => new SystemTimer());
    provide(
      services.fanOut,
      {
        channel: services.connectionChannel,
        queue: services.deliveryQueue,
        deadLetters: services.deadLetters,
        clock: services.clock,
        backoff: services.backoff,
        timer: services.timer,
        logger: services.logger,
      },
      (deps) => makeFanOut({ ...deps, concurrency: POSTS_AT_ONCE }),
    );
    const notifying = {
      fanOut: services.fanOut,
      connections: services.connectionStore,
      closeConnection: services.closeConnection,
      clock: services.clock,
    };
    provide(services.notifyEntity, { ...notifying, subscriptions: services.subscriptionStore }, makeNotifyEntity);
    provide(services.notifyUser, notifying, makeNotifyUser);
    provide(services.deliver, { notifyEntity: services.notifyEntity, notifyUser: services.notifyUser }, makeDeliver);
  },
  prime: (get) => get(managementApi).prime(),
});

/** Lambda sets its role's credentials in the environment; they outlive the process. */
function credentialsOf(settings: Settings): AwsCredentials {
  const sessionToken = settings.optionalText("AWS_SESSION_TOKEN");
  return {
    accessKeyId: settings.text("AWS_ACCESS_KEY_ID"),
    secretAccessKey: new Secret(settings.text("AWS_SECRET_ACCESS_KEY")),
    ...(sessionToken !== undefined && { sessionToken: new Secret(sessionToken) }),
  };
}
