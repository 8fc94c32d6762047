import type { Brand } from "../brand.ts";
import { isPlainObject, ownProperty } from "../plain-object.ts";
import { isPlainText } from "../text.ts";

/** The user of a connection. Only `userId` decides anything; the other members are for display and may be absent. */
export type Identity = {
  readonly userId: UserId;
  readonly firstName?: string;
  readonly lastName?: string;
  readonly sub?: string;
};

/** The names of an identity's members in an object. */
type Spelling = Readonly<Record<keyof Identity, string>>;

/** Where a token's claims name the user: in an object that one claim holds, or in the claims themselves. */
export type ClaimMapping = { readonly holder?: "data"; readonly names: Spelling };

const OWN_NAMES: Spelling = { userId: "userId", firstName: "firstName", lastName: "lastName", sub: "sub" };

/**
 * The claims that name the user.
 * - `data`: the nested `data` claim {userId, firstName, lastName, sub}.
 * - `oidc`: the registered and OpenID Connect Core 5.1 names `sub`, `given_name`, `family_name`.
 */
export type IdentityClaims = "data" | "oidc";

export const IDENTITY_CLAIMS = ["data", "oidc"] as const satisfies readonly IdentityClaims[];

export const CLAIM_MAPPINGS = {
  data: { holder: "data", names: OWN_NAMES },
  oidc: { names: { userId: "sub", firstName: "given_name", lastName: "family_name", sub: "sub" } },
} as const satisfies Readonly<Record<IdentityClaims, ClaimMapping>>;

/** In bytes of UTF-8. Four such values with their names stay far below the 8 KB of the authorizer's context. */
const MAX_DISPLAY_BYTES = 256;

/**
 * The identity in a token's claims. Undefined unless they have a user id under the name that the mapping gives it.
 * Unusable display values are left out.
 */
export function identityFromClaims(claims: unknown, { holder, names }: ClaimMapping): Identity | undefined {
  return parseIdentity(holder !== undefined && isPlainObject(claims) ? ownProperty(claims, holder) : claims, names);
}

/** Parses an identity from a stored record or an authorizer context, where the members have our own names. */
export function parseIdentity(value: unknown, spelling: Spelling = OWN_NAMES): Identity | undefined {
  if (!isPlainObject(value)) return undefined;
  const userId = parseUserId(ownProperty(value, spelling.userId));
  if (userId === undefined) return undefined;
  return {
    userId,
    ...displayText("firstName", ownProperty(value, spelling.firstName)),
    ...displayText("lastName", ownProperty(value, spelling.lastName)),
    ...displayText("sub", ownProperty(value, spelling.sub)),
  };
}

function displayText<K extends keyof Identity>(name: K, value: unknown): { readonly [P in K]?: string } {
  return (isPlainText(value, MAX_DISPLAY_BYTES) ? { [name]: value } : {}) as { readonly [P in K]?: string };
}

/**
 * The user of a token, byte for byte as the token spells it. Case and Unicode form are kept, so two spellings are two
 * users. 1 to 128 of the characters below, which cover UUIDs, e-mail addresses, Cognito identity ids (`eu-west-1:…`)
 * and Auth0 subjects (`auth0|…`). `#` is excluded, because it separates the parts of the table's keys.
 */
export type UserId = Brand<string, "UserId">;

const USER_ID = /^[A-Za-z0-9_.@+=,|:~-]{1,128}$/;

export function parseUserId(value: unknown): UserId | undefined {
  return typeof value === "string" && USER_ID.test(value) ? (value as UserId) : undefined;
}

/**
 * The user id with its issuer's prefix. Undefined if it is then too long, or begins as the ids of another issuer do:
 * two users would be one.
 */
export function prefixedUserId(
  id: UserId,
  { userIdPrefix, foreignPrefixes }: { readonly userIdPrefix: string; readonly foreignPrefixes: readonly string[] },
): UserId | undefined {
  const prefixed = userIdPrefix + id;
  return foreignPrefixes.some((prefix) => prefixed.startsWith(prefix)) ? undefined : parseUserId(prefixed);
}
