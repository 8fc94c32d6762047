import { parseQueuedUserPush } from "../../adapters/sqs/queued-event.ts";
import { compose, resolve } from "../composition/container.ts";
import { connections } from "../composition/modules/connections.ts";
import { delivery } from "../composition/modules/delivery.ts";
import { platform } from "../composition/modules/platform.ts";
import { stores } from "../composition/modules/stores.ts";
import { services } from "../composition/services.ts";
import { queueHandler } from "./middleware/queue-handler.ts";

const container = compose(platform, stores, connections, delivery);

/** Invoked by the queue of user pushes from the bus. What it leaves over, NotifyEntity takes up. */
export const handler = queueHandler({
  name: "NotifyUser",
  parse: parseQueuedUserPush,
  deliver: resolve(container, services.notifyUser),
  deadLetters: resolve(container, services.deadLetters),
  clock: resolve(container, services.clock),
  logger: resolve(container, services.logger),
});
