/**
 * Which web pages may connect. Tokens are not ambient, so this is a second line against cross-site WebSocket hijacking
 * (OWASP WebSocket Security). Callers that send no Origin are no browsers and are judged by their token alone.
 */
export type OriginPolicy = "any" | readonly string[];

/** Exact match, byte for byte (RFC 6454 section 6.2 serialisations); several Origin headers match nothing. */
export function isOriginAllowed(origins: readonly string[], policy: OriginPolicy): boolean {
  const [origin, ...others] = origins;
  if (policy === "any" || origin === undefined) return true;
  return others.length === 0 && policy.includes(origin);
}
