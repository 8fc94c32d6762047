import { signingSecrets } from "#signing-secrets";
import { compose, resolve } from "../../composition/container.ts";
import { authorization } from "../../composition/modules/authorization.ts";
import { platform } from "../../composition/modules/platform.ts";
import { services } from "../../composition/services.ts";
import { authorizerHandler } from "../handlers/authorizer.ts";

const container = compose(platform, signingSecrets, authorization);

export const handler = authorizerHandler({
  authorize: resolve(container, services.authorizeConnection),
  logger: resolve(container, services.logger),
});
