import { ManagementApiChannel } from "../../../adapters/api-gateway-management/management-api-channel.ts";
import { makeSqsClient } from "../../../adapters/sqs/sqs-client.ts";
import { SqsDeliveryQueue } from "../../../adapters/sqs/sqs-delivery-queue.ts";
import { makeFanOut } from "../../../application/push/fan-out.ts";
import { makeDeliver, makeNotifyEntity, makeNotifyUser } from "../../../application/push/notify.ts";
import { defineModule } from "../module.ts";
import { serviceId, services } from "../services.ts";
import { managementApi, REQUESTS_AT_ONCE } from "./gateway.ts";

/** The adapter of both queue ports: one client sends to both queues. */
const sqsQueues = serviceId<SqsDeliveryQueue>("SqsDeliveryQueue");

/** Delivers notifications from the queues to the connections. */
export const delivery = defineModule({
  settings: (settings) => ({
    continuations: settings.text("CONTINUATION_QUEUE_URL"),
    deadLetters: settings.text("DEAD_LETTER_QUEUE_URL"),
  }),
  services: (provide, queues) => {
    provide(services.connectionChannel, { api: managementApi }, ({ api }) => new ManagementApiChannel(api));
    provide(sqsQueues, {}, () => new SqsDeliveryQueue(makeSqsClient, queues));
    provide(services.deliveryQueue, { queues: sqsQueues }, ({ queues }) => queues);
    provide(services.deadLetters, { queues: sqsQueues }, ({ queues }) => queues);
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
      (deps) => makeFanOut({ ...deps, concurrency: REQUESTS_AT_ONCE }),
    );
    const notifying = {
      fanOut: services.fanOut,
      closeConnection: services.closeConnection,
      clock: services.clock,
    };
    provide(services.notifyEntity, { ...notifying, subscriptions: services.subscriptionStore }, makeNotifyEntity);
    provide(services.notifyUser, { ...notifying, connections: services.connectionStore }, makeNotifyUser);
    provide(services.deliver, { notifyEntity: services.notifyEntity, notifyUser: services.notifyUser }, makeDeliver);
  },
});
