/**
 * The origins that may connect. A browser attaches no token by itself, so this is a second defence against cross-site
 * WebSocket hijacking (OWASP WebSocket Security). Callers that send no Origin are not browsers, and only their token is
 * judged.
 */
export type OriginPolicy = "any" | readonly AllowedOrigin[];

/** One origin, or all origins that have one or more characters of a label between the two texts. */
export type AllowedOrigin = string | { readonly before: string; readonly after: string };

/** The form in which browsers send an origin: lower case, no path, no slash at the end. */
const ORIGIN = /^[a-z][a-z0-9+.-]*:\/\/(?:[a-z0-9._-]+|\[[0-9a-f:.]+\])(?::\d{1,5})?$/;

/**
 * An origin with `*` in one label. Two labels follow, the last of which is no number: `*` never stands for a whole domain
 * or for a part of an IP address.
 */
const PATTERN =
  /^([a-z][a-z0-9+.-]*:\/\/(?:[a-z0-9_-]+\.)*[a-z0-9_-]*)\*([a-z0-9_-]*\.(?:[a-z0-9_-]+\.)+[a-z][a-z0-9-]*(?::\d{1,5})?)$/;

/** Pages that an app loads from its own files: Electron, and Cordova on Android. */
const FILES = "file://";

/** Browsers leave out the default port of a scheme. */
const DEFAULT_PORT = /^(?:https:.*:443|http:.*:80)$/;

/** The characters of one label that `*` stands for. */
const LABEL_PART = /^[a-z0-9_-]+$/;

/**
 * The policy in a text: `*` alone, or origins separated by commas. Undefined if an item is a text that no client sends,
 * because it could never match, or `null`, which every sandboxed frame sends.
 */
export function parseOriginPolicy(text: string): OriginPolicy | undefined {
  const items = text.split(",").map((item) => item.trim());
  if (items.length === 1 && items[0] === "*") return "any";
  const origins = items.map(parseAllowedOrigin);
  return origins.every((origin) => origin !== undefined) ? origins : undefined;
}

function parseAllowedOrigin(item: string): AllowedOrigin | undefined {
  if (DEFAULT_PORT.test(item)) return undefined;
  if (item === FILES || ORIGIN.test(item)) return item;
  const [, before, after] = PATTERN.exec(item) ?? [];
  return before === undefined || after === undefined ? undefined : { before, after };
}

/**
 * Compares origins byte for byte (RFC 6454 section 6.2 serialisations), in linear time. Several Origin headers match no
 * policy but `any`.
 */
export function isOriginAllowed(origins: readonly string[], policy: OriginPolicy): boolean {
  const [origin, ...others] = origins;
  if (policy === "any" || origin === undefined) return true;
  return others.length === 0 && policy.some((allowed) => matches(origin, allowed));
}

function matches(origin: string, allowed: AllowedOrigin): boolean {
  if (typeof allowed === "string") return origin === allowed;
  const { before, after } = allowed;
  return (
    origin.startsWith(before) &&
    origin.endsWith(after) &&
    LABEL_PART.test(origin.slice(before.length, origin.length - after.length))
  );
}
