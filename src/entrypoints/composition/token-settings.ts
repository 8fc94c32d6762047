import { IDENTITY_CLAIMS } from "../../domain/identity/identity.ts";
import type { PlainObject } from "../../domain/plain-object.ts";
import {
  type ConfiguredIssuer,
  type ParsedIssuers,
  parseIssuers,
  parseOneIssuer,
  type TokenLimits,
} from "../../domain/token/issuer-configuration.ts";
import { PRESET_NAMES } from "../../domain/token/issuer-presets.ts";
import { readMaxLifetimeSeconds } from "./max-lifetime.ts";
import type { Settings } from "./settings.ts";

export function readLeewaySeconds(settings: Settings): number {
  return settings.wholeNumber("TOKEN_LEEWAY_SECONDS", { min: 0, max: 60, fallback: 5 });
}

/** The names and defaults of the settings of one issuer, by the members of a document's entry. */
const SETTINGS_OF_ONE = {
  preset: ["TOKEN_PRESET", "custom"],
  issuer: ["TOKEN_ISSUER", "portcullis"],
  audience: ["TOKEN_AUDIENCE", "portcullis"],
  algorithms: ["TOKEN_ALGORITHMS", ""],
  jwksUrl: ["JWKS_URL", ""],
  identityClaims: ["IDENTITY_CLAIMS", "data"],
  userIdClaim: ["USER_ID_CLAIM", ""],
  firstNameClaim: ["FIRST_NAME_CLAIM", ""],
  lastNameClaim: ["LAST_NAME_CLAIM", ""],
  permissionsClaim: ["PERMISSIONS_CLAIM", ""],
} as const;

/**
 * The issuers of the document, or the one of the settings if the document has none. Settings beside a document are
 * refused unless they have their defaults: one of the two would be ignored.
 */
export function readIssuers(settings: Settings, document: unknown, leewaySeconds: number): readonly ConfiguredIssuer[] {
  const limits = { leewaySeconds, maxLifetimeSeconds: readMaxLifetimeSeconds(settings) };
  const ofDocument = parseIssuers(document, limits);
  if (ofDocument.kind === "issuers" && ofDocument.issuers.length === 0) return readOneIssuer(settings, limits);
  for (const [name, fallback] of Object.values(SETTINGS_OF_ONE)) {
    const text = settings.optionalText(name) ?? "";
    if (text !== "" && text !== fallback) settings.refuse(name, "must have its default beside a document of issuers");
  }
  return acceptedOf(settings, ofDocument);
}

function readOneIssuer(settings: Settings, limits: TokenLimits): readonly ConfiguredIssuer[] {
  const preset = settings.oneOf("TOKEN_PRESET", PRESET_NAMES, "custom");
  const identityClaims = settings.oneOf("IDENTITY_CLAIMS", IDENTITY_CLAIMS, "data");
  const jwksUrl = settings.optionalText("JWKS_URL");
  const algorithms = settings.optionalText("TOKEN_ALGORITHMS");
  const entry: PlainObject = {
    preset,
    issuer: settings.text("TOKEN_ISSUER"),
    audience: settings.text("TOKEN_AUDIENCE"),
    algorithms: algorithms?.split(",").map((name) => name.trim()),
    ...(jwksUrl === undefined ? { secret: true } : { jwksUrl }),
    // A preset says itself where the user stands.
    identityClaims: preset === "custom" ? identityClaims : undefined,
    userIdClaim: settings.optionalText("USER_ID_CLAIM"),
    firstNameClaim: settings.optionalText("FIRST_NAME_CLAIM"),
    lastNameClaim: settings.optionalText("LAST_NAME_CLAIM"),
    permissionsClaim: settings.optionalText("PERMISSIONS_CLAIM"),
  };
  const names: Readonly<Record<string, readonly [name: string, fallback: string]>> = SETTINGS_OF_ONE;
  return acceptedOf(
    settings,
    parseOneIssuer(entry, limits, (member) => names[member]?.[0] ?? member),
  );
}

function acceptedOf(settings: Settings, parsed: ParsedIssuers): readonly ConfiguredIssuer[] {
  if (parsed.kind === "issuers") return parsed.issuers;
  for (const problem of parsed.problems) settings.refuse(problem);
  return [];
}
