import { parseQueuedDelivery } from "../../../adapters/sqs/events/queued-event.ts";
import { type QueueServices, queueHandler } from "../middleware/queue-handler.ts";

/** Invoked by three queues: entity updates, user pushes, and the continuations of both. */
export function deliverPushesHandler(services: QueueServices) {
  return queueHandler({ name: "DeliverPushes", parse: parseQueuedDelivery, ...services });
}
