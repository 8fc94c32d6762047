import { stores } from "#stores";
import { compose, resolve } from "../../composition/container.ts";
import { connections } from "../../composition/modules/connections.ts";
import { delivery } from "../../composition/modules/delivery.ts";
import { platform } from "../../composition/modules/platform.ts";
import { services } from "../../composition/services.ts";
import { deliverPushesHandler } from "../handlers/deliver-pushes.ts";

const container = compose(platform, stores, connections, delivery);

export const handler = deliverPushesHandler({
  deliver: resolve(container, services.deliver),
  deadLetters: resolve(container, services.deadLetters),
  clock: resolve(container, services.clock),
  logger: resolve(container, services.logger),
});
