import { stores } from "#stores";
import { compose, resolve } from "../../composition/container.ts";
import { platform } from "../../composition/modules/platform.ts";
import { unsubscribing } from "../../composition/modules/subscriptions.ts";
import { services } from "../../composition/services.ts";
import { unsubscribeHandler } from "../handlers/unsubscribe.ts";

const container = compose(platform, stores, unsubscribing);

export const handler = unsubscribeHandler({
  unsubscribe: resolve(container, services.unsubscribe),
  logger: resolve(container, services.logger),
});
