import type { Brand } from "../brand.ts";
import { type Rejection, rejected } from "./verdict.ts";

/** A token as a caller sent it. It can be any text. */
export type UnverifiedToken = Brand<string, "UnverifiedToken">;

/** The parts of a handshake that may carry a token, as they arrived. */
export type HandshakeCredentials = {
  /** Every value of the query parameter `access_token`, decoded once. */
  readonly query: readonly string[];
  /** Every value of the header `Sec-WebSocket-Protocol`, undivided. */
  readonly subprotocols: readonly string[];
  /** Every value of the header `Authorization`. */
  readonly authorization: readonly string[];
};

/** Says if the query parameter may carry a token. URLs reach logs and histories (RFC 6750 section 2.3). */
export type QueryToken = "allowed" | "refused";

/** The only subprotocol that the response ever selects. */
const SUBPROTOCOL = "websocket";

export type FoundToken = { readonly kind: "token"; readonly token: UnverifiedToken };

/** Finds the one token of a handshake. RFC 6750 section 2: a request must not use two methods. */
export function findToken(credentials: HandshakeCredentials, queryToken: QueryToken): FoundToken | Rejection {
  const offer = parseSubprotocolOffer(credentials.subprotocols);
  if (offer === undefined) return rejected("SUBPROTOCOLS_MALFORMED");
  const bearers = bearerTokens(credentials.authorization);
  if (bearers === undefined) return rejected("AUTHORIZATION_MALFORMED");
  if (credentials.query.length > 0 && queryToken === "refused") return rejected("QUERY_TOKEN_REFUSED");

  const offered = offer.token === undefined ? [] : [offer.token];
  const [token, ...others] = [...offered, ...bearers, ...credentials.query];
  if (token === undefined) return rejected("TOKEN_MISSING");
  return others.length > 0 ? rejected("TOKEN_REPEATED") : { kind: "token", token: token as UnverifiedToken };
}

/**
 * The subprotocol that the response selects, as the client spelled it, or undefined. RFC 6455 section 4.1: a client
 * fails the connection on a subprotocol that it did not offer.
 */
export function selectedSubprotocol(subprotocols: readonly string[]): string | undefined {
  return parseSubprotocolOffer(subprotocols)?.subprotocol;
}

/** The scheme in any case (RFC 9110 section 11.1), and not the beginning of a longer name. */
const BEARER_SCHEME = /^[\t ]*bearer(?![\w!#$%&'*+.^`|~-])/i;

/** RFC 6750 section 2.1. Both patterns match in linear time: no two repetitions share a character. */
const BEARER = /^[\t ]*bearer +([\w.~+/-]+=*)[\t ]*$/i;

/** The tokens of all headers with the scheme Bearer; other schemes carry no token. Undefined if one is malformed. */
function bearerTokens(authorization: readonly string[]): readonly string[] | undefined {
  const bearers = authorization.filter((value) => BEARER_SCHEME.test(value)).map((value) => BEARER.exec(value)?.[1]);
  return bearers.every((token) => token !== undefined) ? bearers : undefined;
}

type SubprotocolOffer = { readonly subprotocol?: string; readonly token?: string };

/**
 * Parses an offer: nothing, `websocket`, or `websocket, <token>`. Splits off at most three items, however many the
 * client sends.
 */
function parseSubprotocolOffer(subprotocols: readonly string[]): SubprotocolOffer | undefined {
  if (subprotocols.length === 0) return {};
  const [subprotocol = "", token, more] = subprotocols.join(",").split(",", 3).map(withoutOuterBlanks);
  if (subprotocol.toLowerCase() !== SUBPROTOCOL || more !== undefined) return undefined;
  if (token === undefined) return { subprotocol };
  return token === "" || token.toLowerCase() === SUBPROTOCOL ? undefined : { subprotocol, token };
}

/**
 * Removes spaces and tabs only (RFC 9110 section 5.6.3). `trim` would also remove characters that a list must not
 * contain.
 */
function withoutOuterBlanks(item: string): string {
  const isBlank = (index: number) => item[index] === " " || item[index] === "\t";
  let start = 0;
  let end = item.length;
  while (start < end && isBlank(start)) start += 1;
  while (end > start && isBlank(end - 1)) end -= 1;
  return item.slice(start, end);
}
