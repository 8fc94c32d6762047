import { signingSecrets } from "#signing-secrets";
import { lambdaFunction } from "../../composition/lambda-function.ts";
import { platform } from "../../composition/modules/platform.ts";
import { testTokens } from "../../composition/modules/test-tokens.ts";
import { services } from "../../composition/services.ts";
import { createTestJwtHandler } from "../handlers/create-test-jwt.ts";

export const { handler, prime } = lambdaFunction({
  modules: [platform, signingSecrets, testTokens],
  handler: (get) => createTestJwtHandler({ mint: get(services.mintTestToken), logger: get(services.logger) }),
});
