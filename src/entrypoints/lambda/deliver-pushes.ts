import { parseQueuedDelivery } from "../../adapters/sqs/queued-event.ts";
import { compose, resolve } from "../composition/container.ts";
import { connections } from "../composition/modules/connections.ts";
import { delivery } from "../composition/modules/delivery.ts";
import { platform } from "../composition/modules/platform.ts";
import { stores } from "../composition/modules/stores.ts";
import { services } from "../composition/services.ts";
import { queueHandler } from "./middleware/queue-handler.ts";

const container = compose(platform, stores, connections, delivery);

/** Invoked by three queues: entity updates, user pushes, and the continuations of both. */
export const handler = queueHandler({
  name: "DeliverPushes",
  parse: parseQueuedDelivery,
  deliver: resolve(container, services.deliver),
  deadLetters: resolve(container, services.deadLetters),
  clock: resolve(container, services.clock),
  logger: resolve(container, services.logger),
});
