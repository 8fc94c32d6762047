import { JoseTokenVerifier } from "../../../adapters/jose/jose-token-verifier.ts";
import { makeAuthorizeConnection } from "../../../application/access/authorize-connection.ts";
import { parseOriginPolicy } from "../../../domain/origin-policy.ts";
import type { Module } from "../container.ts";
import { services } from "../services.ts";

const ORIGINS_EXPECTED = "must be * or origins as https://app.example.com, parted by commas";

/** Who is let in. */
export const authorization: Module = (settings) => {
  const admission = {
    queryToken: settings.oneOf("QUERY_TOKEN", ["allowed", "refused"]),
    origins: settings.parsed("ALLOWED_ORIGINS", parseOriginPolicy, ORIGINS_EXPECTED),
  };
  return (provide) => {
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
        policy: services.tokenPolicy,
        clock: services.clock,
      },
      makeAuthorizeConnection,
    );
  };
};
