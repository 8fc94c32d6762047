import { makeSqsClient } from "../../../adapters/sqs/sqs-client.ts";
import { SqsDeferredTasks } from "../../../adapters/sqs/sqs-deferred-tasks.ts";
import { SqsEndingTasks } from "../../../adapters/sqs/sqs-ending-tasks.ts";
import { SqsSender } from "../../../adapters/sqs/sqs-sender.ts";
import { defineModule } from "../module.ts";
import { serviceId, services } from "../services.ts";

/** The adapter of both ports: one client sends to both queues. */
const adminQueue = serviceId<SqsEndingTasks>("SqsEndingTasks");

/** Where messages that cannot be parsed are put. */
export const rawLetters = serviceId<Pick<SqsEndingTasks, "addRawMessage">>("RawLetters");

/** The queue of the function that ends connections and subscriptions, for others that only put tasks into it. */
export const deferredTasks = defineModule({
  settings: (settings) => settings.text("ADMIN_QUEUE_URL"),
  services: (provide, url) => {
    provide(services.deferredTasks, {}, () => new SqsDeferredTasks(new SqsSender(makeSqsClient, "ADMIN_QUEUE"), url));
  },
});

/** The queue of the function that ends connections and subscriptions. */
export const endingTasks = defineModule({
  settings: (settings) => ({
    tasks: settings.text("ADMIN_QUEUE_URL"),
    deadLetters: settings.text("DEAD_LETTER_QUEUE_URL"),
  }),
  services: (provide, queues) => {
    provide(adminQueue, {}, () => new SqsEndingTasks(makeSqsClient, queues));
    provide(services.endingTasks, { queue: adminQueue }, ({ queue }) => queue);
    provide(rawLetters, { queue: adminQueue }, ({ queue }) => queue);
  },
});
