import { stores } from "#stores";
import { compose, resolve } from "../../composition/container.ts";
import { connections } from "../../composition/modules/connections.ts";
import { platform } from "../../composition/modules/platform.ts";
import { services } from "../../composition/services.ts";
import { connectHandler } from "../handlers/connect.ts";

const container = compose(platform, stores, connections);

export const handler = connectHandler({
  open: resolve(container, services.openConnection),
  logger: resolve(container, services.logger),
});
