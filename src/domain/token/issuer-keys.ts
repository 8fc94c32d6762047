import { ownProperty, type PlainObject } from "../plain-object.ts";
import type { Algorithm } from "./algorithms.ts";
import { type PublishedKey, parseJwkSet } from "./jwk-set.ts";

/** Where the keys of an issuer come from: this stack's own secret, an address, or the configuration itself. */
export type IssuerKeys =
  | { readonly kind: "secret" }
  | { readonly kind: "address"; readonly url: string }
  | { readonly kind: "published"; readonly keys: readonly PublishedKey[] };

/** Notes a problem with a member of an entry. */
export type Refuse = (member: string, expectation: string) => void;

/** RFC 8725 3.1: a secret is a key of one algorithm. A key of an issuer with a JWKS is never a secret. */
export function parseKeys(
  entry: PlainObject,
  algorithms: readonly [Algorithm, ...Algorithm[]],
  refuse: Refuse,
): IssuerKeys {
  const [url, set, secret] = ["jwksUrl", "jwks", "secret"].map((member) => ownProperty(entry, member));
  if ([url, set, secret].filter((source) => source !== undefined).length !== 1) {
    refuse("jwksUrl", "must be the one source of keys: one of jwksUrl, jwks and secret must be set, and no other");
    return { kind: "secret" };
  }
  const isShared = algorithms[0].family === "HS";
  if (secret === undefined) {
    if (isShared) refuse("algorithms", "must be of the family RS, PS, ES or EdDSA with a JWKS");
    return set === undefined ? parseAddress(url, refuse) : parsePublished(set, algorithms, refuse);
  }
  if (secret !== true) refuse("secret", "must be true");
  if (!isShared || algorithms.length !== 1) refuse("algorithms", "must be one of HS256, HS384, HS512 with a secret");
  return { kind: "secret" };
}

/**
 * A literal address without user, fragment or placeholder: no part of a token may decide where keys are fetched. The
 * characters are those of RFC 3986 without `{`, `}`, `#` and blanks, and the host has no `@`.
 */
const ADDRESS = /^https:\/\/[a-z0-9-]+(?:\.[a-z0-9-]+)*(?::([1-9]\d{0,4}))?\/[A-Za-z0-9._~!$&'()*+,;=:@%/?-]{0,1024}$/;

const MAX_PORT = 65_535;

function parseAddress(url: unknown, refuse: Refuse): IssuerKeys {
  const address = typeof url === "string" ? ADDRESS.exec(url) : null;
  if (address !== null && !(Number(address[1]) > MAX_PORT)) return { kind: "address", url: address[0] };
  refuse(
    "jwksUrl",
    "must be a literal address as https://issuer.example/jwks.json, without user, fragment or placeholder",
  );
  return { kind: "address", url: "" };
}

function parsePublished(set: unknown, algorithms: readonly Algorithm[], refuse: Refuse): IssuerKeys {
  const check = parseJwkSet(set, algorithms);
  if (check.kind === "refused") refuse("jwks", `must be a JWK Set of public keys with different kid (${check.reason})`);
  const keys = check.kind === "keys" ? check.keys : [];
  if (check.kind === "keys" && keys.length === 0) refuse("jwks", "must hold a key that verifies under the algorithms");
  return { kind: "published", keys };
}
