import identityProviders from "#identity-providers" with { type: "json" };
import { HmacVerificationKeys } from "../../../adapters/jose/hmac-keys.ts";
import { JoseTokenVerifier, type TrustedIssuer } from "../../../adapters/jose/jose-token-verifier.ts";
import { InlineVerificationKeys, JwksVerificationKeys } from "../../../adapters/jose/jwks-keys.ts";
import { HttpsJwkSetSource } from "../../../adapters/jwks/https-jwk-set-source.ts";
import { makeAuthorizeConnection } from "../../../application/access/authorize-connection.ts";
import { makeVerifyToken } from "../../../application/access/verify-token.ts";
import type { Logger } from "../../../application/ports/logger.ts";
import type { SigningSecrets } from "../../../application/ports/signing-secrets.ts";
import type { Clock } from "../../../application/ports/system.ts";
import { parseOriginPolicy } from "../../../domain/origin-policy.ts";
import type { ConfiguredIssuer } from "../../../domain/token/issuer-configuration.ts";
import { defineModule, type Module } from "../module.ts";
import { serviceId, services } from "../services.ts";
import { readIssuers, readLeewaySeconds } from "../token-settings.ts";

const ORIGINS_EXPECTED =
  "must be * or origins as https://app.example.com or https://*.preview.example.com, parted by commas";

type PrimedIssuer = TrustedIssuer & { readonly keys: { prime(): Promise<void> } };

const trustedIssuers = serviceId<readonly PrimedIssuer[]>("TrustedIssuers");

/** Decides which tokens are valid and which connections may open. */
export function authorizationWith(document: unknown): Module {
  return defineModule({
    settings: (settings) => ({
      issuers: readIssuers(settings, document, readLeewaySeconds(settings)),
      admission: {
        queryToken: settings.oneOf("QUERY_TOKEN", ["allowed", "refused"]),
        origins: settings.parsed("ALLOWED_ORIGINS", parseOriginPolicy, ORIGINS_EXPECTED),
      },
    }),
    services: (provide, { issuers, admission }) => {
      const { clock, logger, signingSecrets: secrets } = services;
      const usesSecret = issuers.some(({ keys }) => keys.kind === "secret");
      // Without such an issuer the secret's source is not even made.
      if (usesSecret) provide(trustedIssuers, { clock, logger, secrets }, (deps) => issuers.map(trusting(deps)));
      else provide(trustedIssuers, { clock, logger }, (deps) => issuers.map(trusting(deps)));
      provide(services.tokenVerifier, { trusted: trustedIssuers }, ({ trusted }) => new JoseTokenVerifier(trusted));
      provide(services.verifyToken, { verifier: services.tokenVerifier, clock: services.clock }, makeVerifyToken);
      provide(services.admissionPolicy, {}, () => admission);
      provide(
        services.authorizeConnection,
        { verifyToken: services.verifyToken, admission: services.admissionPolicy },
        makeAuthorizeConnection,
      );
    },
    prime: (get) => primeAll(get(trustedIssuers)),
  });
}

/** Waits for all issuers also if one fails: a request under way when Lambda freezes the process is lost. */
async function primeAll(issuers: readonly PrimedIssuer[]): Promise<void> {
  const outcomes = await Promise.allSettled(issuers.map(({ keys }) => keys.prime()));
  for (const outcome of outcomes) if (outcome.status === "rejected") throw outcome.reason;
}

export const authorization = authorizationWith(identityProviders);

type KeyDeps = { readonly clock: Clock; readonly logger: Logger; readonly secrets?: SigningSecrets };

/** Each issuer has keys of its own, with a cache and a cool-down of its own (decision 18). */
function trusting({ clock, logger, secrets }: KeyDeps) {
  return ({ policy, keys }: ConfiguredIssuer): PrimedIssuer => {
    const { algorithms } = policy;
    if (keys.kind === "published") return { policy, keys: new InlineVerificationKeys(keys.keys) };
    if (keys.kind === "secret" && secrets !== undefined) {
      return { policy, keys: new HmacVerificationKeys(secrets, algorithms[0]) };
    }
    const source = new HttpsJwkSetSource(keys.kind === "address" ? keys.url : "");
    return { policy, keys: new JwksVerificationKeys({ source, policy, clock, logger }) };
  };
}
