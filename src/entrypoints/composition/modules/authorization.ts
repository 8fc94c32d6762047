import { HmacVerificationKeys } from "../../../adapters/jose/hmac-keys.ts";
import { JoseTokenVerifier } from "../../../adapters/jose/jose-token-verifier.ts";
import { makeAuthorizeConnection } from "../../../application/access/authorize-connection.ts";
import { makeVerifyToken } from "../../../application/access/verify-token.ts";
import { parseOriginPolicy } from "../../../domain/origin-policy.ts";
import { defineModule } from "../module.ts";
import { serviceId, services } from "../services.ts";
import { readIssuerPolicy } from "../token-settings.ts";

const ORIGINS_EXPECTED =
  "must be * or origins as https://app.example.com or https://*.preview.example.com, parted by commas";

const hmacKeys = serviceId<HmacVerificationKeys>("HmacVerificationKeys");

/** Decides which tokens are valid and which connections may open. */
export const authorization = defineModule({
  settings: (settings) => ({
    policy: readIssuerPolicy(settings),
    admission: {
      queryToken: settings.oneOf("QUERY_TOKEN", ["allowed", "refused"]),
      origins: settings.parsed("ALLOWED_ORIGINS", parseOriginPolicy, ORIGINS_EXPECTED),
    },
  }),
  services: (provide, { policy, admission }) => {
    provide(hmacKeys, { secrets: services.signingSecrets }, ({ secrets }) => new HmacVerificationKeys(secrets));
    provide(services.tokenVerifier, { keys: hmacKeys }, ({ keys }) => new JoseTokenVerifier([{ policy, keys }]));
    provide(services.verifyToken, { verifier: services.tokenVerifier, clock: services.clock }, makeVerifyToken);
    provide(services.admissionPolicy, {}, () => admission);
    provide(
      services.authorizeConnection,
      { verifyToken: services.verifyToken, admission: services.admissionPolicy },
      makeAuthorizeConnection,
    );
  },
  prime: (get) => get(hmacKeys).prime(),
});
