import type { MintingPolicy } from "../../application/access/mint-test-token.ts";
import { CLAIM_MAPPINGS, type ClaimMapping, IDENTITY_CLAIMS } from "../../domain/identity/identity.ts";
import { isPlainObject, ownProperty, type PlainObject } from "../../domain/plain-object.ts";
import { type Algorithm, findAlgorithm, HS256 } from "../../domain/token/algorithms.ts";
import { DEFAULT_PERMISSIONS_CLAIM, type TokenType } from "../../domain/token/issuer-policy.ts";
import { readMaxLifetimeSeconds } from "./max-lifetime.ts";
import type { Settings } from "./settings.ts";

type Minting = MintingPolicy & { readonly algorithm: Algorithm; readonly tokenType: TokenType };

/**
 * How the one issuer signs that has this stack's own secret. A document has been checked by the build and by the
 * authorizer; its parser is large, and left out of the bundle here. Nothing but that secret can sign here.
 */
export function readMinting(settings: Settings, document: unknown): Minting {
  const entries = isPlainObject(document) ? ownProperty(document, "issuers") : [];
  const maxLifetimeSeconds = readMaxLifetimeSeconds(settings);
  if (!Array.isArray(entries) || entries.length === 0) return { ...readMintingOfOne(settings), maxLifetimeSeconds };
  const own: unknown = entries.find((entry) => isPlainObject(entry) && ownProperty(entry, "secret") === true);
  if (!isPlainObject(own))
    settings.refuse("an issuer of the document", "must have secret: true, or no token can be minted");
  return { ...mintingOf(isPlainObject(own) ? own : {}), maxLifetimeSeconds };
}

function readMintingOfOne(settings: Settings): Omit<Minting, "maxLifetimeSeconds"> {
  settings.oneOf("TOKEN_PRESET", ["custom"], "custom");
  if (settings.optionalText("JWKS_URL") !== undefined)
    settings.refuse("JWKS_URL", "must be empty, or no token can be minted");
  return mintingOf({
    issuer: settings.text("TOKEN_ISSUER"),
    audience: settings.text("TOKEN_AUDIENCE"),
    algorithms: settings.optionalText("TOKEN_ALGORITHMS") && [
      settings.oneOf("TOKEN_ALGORITHMS", ["HS256", "HS384", "HS512"]),
    ],
    identityClaims: settings.oneOf("IDENTITY_CLAIMS", IDENTITY_CLAIMS, "data"),
    userIdClaim: settings.optionalText("USER_ID_CLAIM"),
    firstNameClaim: settings.optionalText("FIRST_NAME_CLAIM"),
    lastNameClaim: settings.optionalText("LAST_NAME_CLAIM"),
    permissionsClaim: settings.optionalText("PERMISSIONS_CLAIM"),
  });
}

function mintingOf(entry: PlainObject): Omit<Minting, "maxLifetimeSeconds"> {
  const text = (member: string, fallback: string) => String(ownProperty(entry, member) ?? fallback);
  const [audience] = [ownProperty(entry, "audience")].flat();
  const [algorithm] = [ownProperty(entry, "algorithms")].flat();
  const { names } = CLAIM_MAPPINGS.oidc;
  const claims: ClaimMapping = {
    names: {
      userId: text("userIdClaim", names.userId),
      firstName: text("firstNameClaim", names.firstName),
      lastName: text("lastNameClaim", names.lastName),
      sub: names.sub,
    },
  };
  return {
    issuer: text("issuer", ""),
    audiences: [String(audience)],
    identityClaims: ownProperty(entry, "identityClaims") === "data" ? CLAIM_MAPPINGS.data : claims,
    permissionsClaim: text("permissionsClaim", DEFAULT_PERMISSIONS_CLAIM),
    algorithm: findAlgorithm(algorithm) ?? HS256,
    tokenType: ownProperty(entry, "tokenType") === "at+jwt" ? "at+jwt" : "JWT",
  };
}
