import { CLAIM_MAPPINGS, type ClaimMapping } from "../identity/identity.ts";
import type { IssuerPolicy, TokenType } from "./issuer-policy.ts";

/** What an identity provider writes into its access tokens, and into no other token of its own. */
export type IssuerPreset = Pick<IssuerPolicy, "audienceClaim" | "tokenType" | "requiredValues" | "exemptClaims"> & {
  readonly requiredClaims: Readonly<Record<TokenType, readonly string[]>>;
  readonly names: ClaimMapping["names"];
  /** The form of its `iss`, and that form in words. */
  readonly issuer: { readonly form: RegExp; readonly expectation: string };
};

function claims(...names: readonly string[]): IssuerPreset["requiredClaims"] {
  return { JWT: names, "at+jwt": names };
}

const CUSTOM: IssuerPreset = {
  audienceClaim: "aud",
  tokenType: "JWT",
  requiredClaims: claims(),
  requiredValues: {},
  exemptClaims: [],
  names: CLAIM_MAPPINGS.oidc.names,
  issuer: { form: /^/, expectation: "" },
};

export const PRESETS = {
  custom: CUSTOM,
  /** RFC 9068 2.1 and 2.2. `iss`, `exp`, `aud` and the user are required of every token. */
  rfc9068: { ...CUSTOM, tokenType: "at+jwt", requiredClaims: claims("sub", "client_id", "iat", "jti") },
  /** ID tokens have `token_use: id` and `aud`, access tokens `client_id` instead. */
  cognito: {
    ...CUSTOM,
    audienceClaim: "client_id",
    requiredValues: { token_use: "access" },
    issuer: {
      form: /^https:\/\/(?:issuer-)?cognito-idp(?:-fips)?\.[a-z0-9-]+\.amazonaws\.com(?:\.cn)?\/[\w-]+$/,
      expectation: "must be https://cognito-idp.<region>.amazonaws.com/<user pool id>",
    },
  },
  /** ID tokens have no `azp` for one audience. With the RFC 9068 profile of an API, `client_id` replaces it. */
  auth0: {
    ...CUSTOM,
    requiredClaims: { JWT: ["azp"], "at+jwt": ["client_id", "jti"] },
    issuer: { form: /^https:\/\/[^/]+\/$/, expectation: "must be https://<domain>/, with the slash at its end" },
  },
  /** ID tokens have no `cid`. `sub` is a login name, which may pass to another person; `uid` never does. */
  okta: {
    ...CUSTOM,
    requiredClaims: claims("cid", "uid"),
    names: { ...CUSTOM.names, userId: "uid" },
    issuer: {
      form: /^https:\/\/[^/]+\/oauth2\/[^/]+$/,
      expectation:
        "must be https://<domain>/oauth2/<authorization server id>: the org authorization server's tokens are for Okta",
    },
  },
  /** ID tokens have neither `azp` nor `scp`. `sub` differs from application to application, `oid` does not. */
  entra: {
    ...CUSTOM,
    requiredClaims: claims("oid", "tid", "azp", "scp"),
    requiredValues: { ver: "2.0" },
    names: { ...CUSTOM.names, userId: "oid" },
    issuer: {
      form: /^https:\/\/[a-z0-9.-]+\/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\/v2\.0$/,
      expectation: "must be https://login.microsoftonline.com/<tenant id>/v2.0",
    },
  },
  /** The claim `typ` tells ID, Refresh, Offline and Logout from Bearer. Older versions copy `nonce` into all. */
  keycloak: {
    ...CUSTOM,
    requiredClaims: claims("azp"),
    requiredValues: { typ: "Bearer" },
    exemptClaims: ["nonce"],
    issuer: { form: /^https?:\/\/.+\/realms\/[^/]+$/, expectation: "must be https://<host>/realms/<realm>" },
  },
  /** Firebase has no other token for backends than its ID token. Session cookies have another issuer. */
  firebase: {
    ...CUSTOM,
    requiredClaims: claims("firebase", "auth_time"),
    names: { ...CUSTOM.names, firstName: "name" },
    issuer: {
      form: /^https:\/\/securetoken\.google\.com\/[a-z0-9-]+$/,
      expectation: "must be https://securetoken.google.com/<project id>",
    },
  },
} as const satisfies Readonly<Record<string, IssuerPreset>>;

export type PresetName = keyof typeof PRESETS;

export const PRESET_NAMES = Object.keys(PRESETS) as readonly string[] as readonly [PresetName, ...PresetName[]];
