import { compose, resolve } from "../../composition/container.ts";
import { platform } from "../../composition/modules/platform.ts";
import { services } from "../../composition/services.ts";
import { defaultHandler } from "../handlers/default.ts";

const container = compose(platform);

export const handler = defaultHandler({ logger: resolve(container, services.logger) });
