import type { Scheduler } from "@portcullis/emulator";
import { MemoryConnectionStore } from "../../src/adapters/in-memory/memory-connection-store.ts";
import { MemorySubscriptionStore } from "../../src/adapters/in-memory/memory-subscription-store.ts";
import { parseQueuedDelivery } from "../../src/adapters/sqs/events/queued-event.ts";
import { makeCloseConnection } from "../../src/application/connections/open-and-close.ts";
import type { ConnectionChannel } from "../../src/application/ports/connection-channel.ts";
import type { DeadLetters, DeliveryQueue } from "../../src/application/ports/delivery-queue.ts";
import type { Logger } from "../../src/application/ports/logger.ts";
import { makeFanOut } from "../../src/application/push/fan-out.ts";
import { makeDeliver, makeNotifyEntity, makeNotifyUser } from "../../src/application/push/notify.ts";
import type { Delivery } from "../../src/domain/notification/delivery.ts";
import type { EpochMillis } from "../../src/domain/time.ts";
import { queueHandler } from "../../src/entrypoints/lambda/middleware/queue-handler.ts";
import { STANDING_TIMER } from "../fakes/standing-timer.ts";
import type { LambdaFunction } from "../support/emulator-parts.ts";
import { mortal, ofTheLiving } from "./mortal-process.ts";

const POSTS_AT_ONCE = 50;

/** Logs nothing: a log entry for every delivery would take most of the memory. */
const silent: Logger = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** The composed function DeliverPushes, over in-memory stores and the given sockets. */
export function makeDeliverPushes(deps: {
  readonly channel: ConnectionChannel;
  readonly queue: DeliveryQueue & DeadLetters;
  readonly scheduler: Scheduler;
  /** Called with the deliveries that a process was handling when it ended. */
  readonly onDeath: (deliveries: readonly Delivery[]) => void;
}) {
  const connections = new MemoryConnectionStore();
  const subscriptions = new MemorySubscriptionStore(connections);
  const clock = { now: () => deps.scheduler.now() as EpochMillis };
  const queue = ofTheLiving(deps.queue);
  const fanOut = makeFanOut({
    ...{ channel: deps.channel, queue, deadLetters: queue, clock, logger: silent, concurrency: POSTS_AT_ONCE },
    backoff: { pause: async () => undefined },
    timer: STANDING_TIMER,
  });
  const ending = { fanOut, connections, subscriptions, clock };
  const closeConnection = makeCloseConnection(ending);
  const deliver = makeDeliver({
    notifyEntity: makeNotifyEntity({ ...ending, closeConnection }),
    notifyUser: makeNotifyUser({ ...ending, closeConnection }),
  });
  const handler = queueHandler({
    ...{ name: "DeliverPushes", parse: parseQueuedDelivery, deliver, deadLetters: queue, clock, logger: silent },
  });
  const deliverPushes: LambdaFunction = {
    name: "DeliverPushes",
    handler: mortal(handler, ({ Records }) => deps.onDeath(Records.map(({ body }) => parseQueuedDelivery(body)))),
    timeoutSeconds: 60,
    memoryMegabytes: 128,
  };
  return { connections, subscriptions, functions: [deliverPushes] };
}
