import { compose, resolve } from "../../composition/container.ts";
import { authorization } from "../../composition/modules/authorization.ts";
import { platform } from "../../composition/modules/platform.ts";
import { signing } from "../../composition/modules/signing.ts";
import { services } from "../../composition/services.ts";
import { authorizerHandler } from "../handlers/authorizer.ts";

const container = compose(platform, signing, authorization);

export const handler = authorizerHandler(
  resolve(container, services.authorizeConnection),
  resolve(container, services.logger),
);
