import { FixedSigningSecrets } from "../../../adapters/in-memory/fixed-signing-secrets.ts";
import { secretsManagerClient } from "../../../adapters/secrets-manager/secrets-manager-client.ts";
import { SecretsManagerSource } from "../../../adapters/secrets-manager/secrets-manager-source.ts";
import type { Logger } from "../../../application/ports/logger.ts";
import type { SigningSecrets } from "../../../application/ports/signing-secrets.ts";
import type { Clock } from "../../../application/ports/system.ts";
import { makeCachedSigningSecrets } from "../../../application/secrets/cached-signing-secrets.ts";
import { IDENTITY_CLAIMS } from "../../../domain/identity/identity.ts";
import type { IssuerPolicy } from "../../../domain/token/issuer-policy.ts";
import { defineModule } from "../module.ts";
import { services } from "../services.ts";
import type { Settings } from "../settings.ts";

type Dependencies = { readonly clock: Clock; readonly logger: Logger; readonly policy: IssuerPolicy };

/** What a token must say, and the secrets that sign it. */
export const signing = defineModule({
  settings: (settings) => ({
    policy: {
      issuer: settings.text("TOKEN_ISSUER"),
      audience: settings.text("TOKEN_AUDIENCE"),
      leewaySeconds: settings.wholeNumber("TOKEN_LEEWAY_SECONDS", { min: 0, max: 60, fallback: 5 }),
      maxLifetimeSeconds: settings.wholeNumber("TOKEN_MAX_LIFETIME_SECONDS", {
        min: 60,
        max: 604_800,
        fallback: 86_400,
      }),
      identityClaims: settings.oneOf("IDENTITY_CLAIMS", IDENTITY_CLAIMS, "data"),
    },
    makeSecrets: signingSecrets(settings),
  }),
  services: (provide, { policy, makeSecrets }) => {
    provide(services.issuerPolicy, {}, () => policy);
    provide(
      services.signingSecrets,
      { clock: services.clock, logger: services.logger, policy: services.issuerPolicy },
      makeSecrets,
    );
  },
});

function signingSecrets(settings: Settings): (deps: Dependencies) => SigningSecrets {
  if (settings.oneOf("SECRETS", ["local", "secrets-manager"]) === "local") {
    const secret = settings.signingSecret("JWT_SECRET");
    return () => new FixedSigningSecrets(secret);
  }
  const secretId = settings.text("JWT_SECRET_ID");
  return ({ clock, logger, policy }) =>
    makeCachedSigningSecrets({
      source: new SecretsManagerSource(secretsManagerClient({}), secretId),
      clock,
      logger,
      tokenLifetimeSeconds: policy.maxLifetimeSeconds,
    });
}
