import { compose, resolve } from "../../composition/container.ts";
import { platform } from "../../composition/modules/platform.ts";
import { rotation } from "../../composition/modules/rotation.ts";
import { services } from "../../composition/services.ts";
import { rotateSecretHandler } from "../handlers/rotate-secret.ts";

const container = compose(platform, rotation);

export const handler = rotateSecretHandler({
  rotate: resolve(container, services.rotateSigningSecret),
  logger: resolve(container, services.logger),
});
