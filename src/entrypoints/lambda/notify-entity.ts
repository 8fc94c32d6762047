import { queuedEntityUpdateParser } from "../../adapters/sqs/queued-event.ts";
import { parseEntityUpdate, parseUserPush } from "../../adapters/zod/bus-events.ts";
import { connections } from "../composition/connections.ts";
import { compose, resolve } from "../composition/container.ts";
import { delivery } from "../composition/delivery.ts";
import { names } from "../composition/names.ts";
import { platform } from "../composition/platform.ts";
import { stores } from "../composition/stores.ts";
import { queueHandler } from "./middleware/queue-handler.ts";

const container = compose(platform, stores, connections, delivery);

/** Invoked by two queues: entity updates from the bus, and what pushes of either kind left over. */
export const handler = queueHandler({
  name: "NotifyEntity",
  parse: queuedEntityUpdateParser({ parseEntityUpdate, parseUserPush }),
  deliver: resolve(container, names.deliver),
  deadLetters: resolve(container, names.deadLetters),
  clock: resolve(container, names.clock),
  logger: resolve(container, names.logger),
});
