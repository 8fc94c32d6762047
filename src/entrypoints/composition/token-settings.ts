import type { MintingPolicy } from "../../application/access/mint-test-token.ts";
import { IDENTITY_CLAIMS } from "../../domain/identity/identity.ts";
import { HS256, type IssuerPolicy } from "../../domain/token/issuer-policy.ts";
import type { Settings } from "./settings.ts";

/**
 * The longest life of a token. For that long after a rotation, tokens signed with the previous secret may still arrive.
 */
export function readMaxLifetimeSeconds(settings: Settings): number {
  return settings.wholeNumber("TOKEN_MAX_LIFETIME_SECONDS", { min: 60, max: 604_800, fallback: 86_400 });
}

export function readMintingPolicy(settings: Settings): MintingPolicy {
  return {
    issuer: settings.text("TOKEN_ISSUER"),
    audience: settings.text("TOKEN_AUDIENCE"),
    maxLifetimeSeconds: readMaxLifetimeSeconds(settings),
    identityClaims: settings.oneOf("IDENTITY_CLAIMS", IDENTITY_CLAIMS, "data"),
  };
}

/** The policy of the one issuer, which shares a secret with this service. */
export function readIssuerPolicy(settings: Settings): IssuerPolicy {
  return {
    ...readMintingPolicy(settings),
    algorithms: [HS256],
    leewaySeconds: settings.wholeNumber("TOKEN_LEEWAY_SECONDS", { min: 0, max: 60, fallback: 5 }),
  };
}
