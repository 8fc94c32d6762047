import { signingSecrets } from "#signing-secrets";
import { compose, resolve } from "../../composition/container.ts";
import { platform } from "../../composition/modules/platform.ts";
import { testTokens } from "../../composition/modules/test-tokens.ts";
import { services } from "../../composition/services.ts";
import { createTestJwtHandler } from "../handlers/create-test-jwt.ts";

const container = compose(platform, signingSecrets, testTokens);

export const handler = createTestJwtHandler({
  mint: resolve(container, services.mintTestToken),
  logger: resolve(container, services.logger),
});
