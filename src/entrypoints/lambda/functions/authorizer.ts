import { signingSecrets } from "#signing-secrets";
import { lambdaFunction } from "../../composition/lambda-function.ts";
import { authorization } from "../../composition/modules/authorization.ts";
import { platform } from "../../composition/modules/platform.ts";
import { services } from "../../composition/services.ts";
import { authorizerHandler } from "../handlers/authorizer.ts";

export const { handler, prime } = lambdaFunction({
  modules: [platform, signingSecrets, authorization],
  handler: (get) => authorizerHandler({ authorize: get(services.authorizeConnection), logger: get(services.logger) }),
});
