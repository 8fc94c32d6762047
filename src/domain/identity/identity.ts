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

/**
 * The claims that name the user.
 * - `data`: the nested `data` claim {userId, firstName, lastName, sub}.
 * - `oidc`: the registered and OpenID Connect Core 5.1 names `sub`, `given_name`, `family_name`.
 */
export type IdentityClaims = "data" | "oidc";

export const IDENTITY_CLAIMS = ["data", "oidc"] as const satisfies readonly IdentityClaims[];

/** In bytes of UTF-8. Four such values with their names stay far below the 8 KB of the authorizer's context. */
const MAX_DISPLAY_BYTES = 256;

type Spelling = Readonly<Record<keyof Identity, string>>;

const SPELLINGS: Readonly<Record<IdentityClaims, Spelling>> = {
  data: { userId: "userId", firstName: "firstName", lastName: "lastName", sub: "sub" },
  oidc: { userId: "sub", firstName: "given_name", lastName: "family_name", sub: "sub" },
};

/**
 * The identity in a token's claims. Undefined unless they have a user id under the name that `source` gives it.
 * Unusable display values are left out.
 */
export function identityFromClaims(claims: unknown, source: IdentityClaims): Identity | undefined {
  const holder = source === "data" && isPlainObject(claims) ? ownProperty(claims, "data") : claims;
  return parseIdentity(holder, SPELLINGS[source]);
}

/** Parses an identity from a stored record or an authorizer context, where the members have our own names. */
export function parseIdentity(value: unknown, spelling: Spelling = SPELLINGS.data): Identity | undefined {
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
