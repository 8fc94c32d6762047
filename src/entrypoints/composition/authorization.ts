import { JoseTokenVerifier } from "../../adapters/jose/jose-token-verifier.ts";
import { makeAuthorizeConnection } from "../../application/access/authorize-connection.ts";
import { parseOriginPolicy } from "../../domain/origin-policy.ts";
import type { Part } from "./container.ts";
import { names } from "./names.ts";

const ORIGINS_EXPECTED = "must be * or origins as https://app.example.com, parted by commas";

/** Who is let in. */
export const authorization: Part = (settings) => {
  const admission = {
    queryToken: settings.oneOf("QUERY_TOKEN", ["allowed", "refused"]),
    origins: settings.parsed("ALLOWED_ORIGINS", parseOriginPolicy, ORIGINS_EXPECTED),
  };
  return (provide) => {
    provide(names.admissionPolicy, {}, () => admission);
    provide(names.tokenVerifier, { secrets: names.signingSecrets }, ({ secrets }) => new JoseTokenVerifier(secrets));
    provide(
      names.authorizeConnection,
      {
        verifier: names.tokenVerifier,
        admission: names.admissionPolicy,
        policy: names.tokenPolicy,
        clock: names.clock,
      },
      makeAuthorizeConnection,
    );
  };
};
