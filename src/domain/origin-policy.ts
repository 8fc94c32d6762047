/**
 * The web pages that may connect. A browser attaches no token by itself, so this is a second defence against cross-site
 * WebSocket hijacking (OWASP WebSocket Security). Callers that send no Origin are not browsers, and only their token is
 * judged.
 */
export type OriginPolicy = "any" | readonly string[];

/** The form in which browsers send an origin: lower case, no path, no slash at the end. */
const ORIGIN = /^[a-z][a-z0-9+.-]*:\/\/(?:[a-z0-9._-]+|\[[0-9a-f:.]+\])(?::\d{1,5})?$/;

/** Browsers leave out the default port of a scheme. */
const DEFAULT_PORT = /^(?:https:.*:443|http:.*:80)$/;

/**
 * The policy in a text: `*` alone, or origins separated by commas. Undefined if an item is a text that no browser
 * sends, because it could never match.
 */
export function parseOriginPolicy(text: string): OriginPolicy | undefined {
  const items = text.split(",").map((item) => item.trim());
  if (items.length === 1 && items[0] === "*") return "any";
  return items.every((item) => ORIGIN.test(item) && !DEFAULT_PORT.test(item)) ? items : undefined;
}

/**
 * Compares origins byte for byte (RFC 6454 section 6.2 serialisations). Several Origin headers match no policy but
 * `any`.
 */
export function isOriginAllowed(origins: readonly string[], policy: OriginPolicy): boolean {
  const [origin, ...others] = origins;
  if (policy === "any" || origin === undefined) return true;
  return others.length === 0 && policy.includes(origin);
}
