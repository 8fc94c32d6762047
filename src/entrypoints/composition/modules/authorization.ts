import { JoseTokenVerifier } from "../../../adapters/jose/jose-token-verifier.ts";
import { makeAuthorizeConnection } from "../../../application/access/authorize-connection.ts";
import { parseOriginPolicy } from "../../../domain/origin-policy.ts";
import { defineModule } from "../module.ts";
import { services } from "../services.ts";

const ORIGINS_EXPECTED = "must be * or origins as https://app.example.com, parted by commas";

/** Decides which connections may open. */
export const authorization = defineModule({
  settings: (settings) => ({
    queryToken: settings.oneOf("QUERY_TOKEN", ["allowed", "refused"]),
    origins: settings.parsed("ALLOWED_ORIGINS", parseOriginPolicy, ORIGINS_EXPECTED),
  }),
  services: (provide, admission) => {
    provide(services.admissionPolicy, {}, () => admission);
    provide(
      services.tokenVerifier,
      { secrets: services.signingSecrets },
      ({ secrets }) => new JoseTokenVerifier(secrets),
    );
    provide(
      services.authorizeConnection,
      {
        verifier: services.tokenVerifier,
        admission: services.admissionPolicy,
        policy: services.issuerPolicy,
        clock: services.clock,
      },
      makeAuthorizeConnection,
    );
  },
});
