import { stores } from "#stores";
import { compose, resolve } from "../../composition/container.ts";
import { connections } from "../../composition/modules/connections.ts";
import { platform } from "../../composition/modules/platform.ts";
import { services } from "../../composition/services.ts";
import { disconnectHandler } from "../handlers/disconnect.ts";

const container = compose(platform, stores, connections);

export const handler = disconnectHandler({
  close: resolve(container, services.closeConnection),
  logger: resolve(container, services.logger),
});
