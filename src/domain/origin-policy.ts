/**
 * Which web pages may connect. Tokens are not ambient, so this is a second line against cross-site WebSocket hijacking
 * (OWASP WebSocket Security). Callers that send no Origin are no browsers and are judged by their token alone.
 */
export type OriginPolicy = "any" | readonly string[];

/** As browsers serialise an origin: lower case, no path, no slash at the end. */
const ORIGIN = /^[a-z][a-z0-9+.-]*:\/\/(?:[a-z0-9._-]+|\[[0-9a-f:.]+\])(?::\d{1,5})?$/;

/** Browsers leave it out. */
const DEFAULT_PORT = /^(?:https:.*:443|http:.*:80)$/;

/** Origins parted by commas, or `*` alone. Undefined for a list with an item that no browser sends: it would match nobody. */
export function parseOriginPolicy(text: string): OriginPolicy | undefined {
  const items = text.split(",").map((item) => item.trim());
  if (items.length === 1 && items[0] === "*") return "any";
  return items.every((item) => ORIGIN.test(item) && !DEFAULT_PORT.test(item)) ? items : undefined;
}

/** Exact match, byte for byte (RFC 6454 section 6.2 serialisations); several Origin headers match nothing. */
export function isOriginAllowed(origins: readonly string[], policy: OriginPolicy): boolean {
  const [origin, ...others] = origins;
  if (policy === "any" || origin === undefined) return true;
  return others.length === 0 && policy.includes(origin);
}
