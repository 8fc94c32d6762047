import { FixedSigningSecrets } from "../../adapters/in-memory/fixed-signing-secrets.ts";
import type { SigningSecrets } from "../../application/ports/signing-secrets.ts";
import { IDENTITY_CLAIMS } from "../../domain/identity/identity.ts";
import { Secret } from "../../domain/secret.ts";
import type { Part } from "./container.ts";
import { names } from "./names.ts";
import type { Settings } from "./settings.ts";

/** What a token must say, and the secrets that sign it. */
export const signing: Part = (settings) => {
  const policy = {
    issuer: settings.text("TOKEN_ISSUER"),
    audience: settings.text("TOKEN_AUDIENCE"),
    leewaySeconds: settings.wholeNumber("TOKEN_LEEWAY_SECONDS", { min: 0, max: 60, fallback: 5 }),
    maxLifetimeSeconds: settings.wholeNumber("TOKEN_MAX_LIFETIME_SECONDS", { min: 60, max: 604_800, fallback: 86_400 }),
    identityClaims: settings.oneOf("IDENTITY_CLAIMS", IDENTITY_CLAIMS, "data"),
  };
  const makeSecrets = signingSecrets(settings);
  return (provide) => {
    provide(names.tokenPolicy, {}, () => policy);
    provide(names.signingSecrets, {}, makeSecrets);
  };
};

function signingSecrets(settings: Settings): () => SigningSecrets {
  settings.oneOf("SECRETS", ["local"]);
  const secret = new Secret(settings.text("JWT_SECRET"));
  return () => new FixedSigningSecrets(secret);
}
