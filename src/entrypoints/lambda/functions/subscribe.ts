import { stores } from "#stores";
import { compose, resolve } from "../../composition/container.ts";
import { platform } from "../../composition/modules/platform.ts";
import { subscribing } from "../../composition/modules/subscriptions.ts";
import { services } from "../../composition/services.ts";
import { subscribeHandler } from "../handlers/subscribe.ts";

const container = compose(platform, stores, subscribing);

export const handler = subscribeHandler({
  subscribe: resolve(container, services.subscribe),
  logger: resolve(container, services.logger),
});
