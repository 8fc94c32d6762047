import { parseQuery } from "../http/query.ts";
import { newTraceId } from "../http/trace-id.ts";

export type HeaderMaps = {
  readonly headers: Readonly<Record<string, string>>;
  readonly multiValueHeaders: Readonly<Record<string, readonly string[]>>;
};

/**
 * Headers with the client's spelling of names and its order of values. The key is in lower case, so another spelling is
 * not another header.
 */
type Headers = Map<string, { readonly name: string; readonly values: string[] }>;

/** The headers of one hop. API Gateway gives the authorizer its own values of them, and `$connect` none. */
const HOP_HEADERS = ["connection", "upgrade", "content-length"];

export function connectHeaders(
  rawHeaders: readonly string[],
  client: { readonly ip: string; readonly now: number },
): HeaderMaps {
  return toMaps(gatewayHeaders(rawHeaders, client));
}

export function authorizerHeaders(
  rawHeaders: readonly string[],
  client: { readonly ip: string; readonly now: number },
): HeaderMaps {
  const headers = gatewayHeaders(rawHeaders, client);
  set(headers, "Connection", "upgrade");
  set(headers, "content-length", "0");
  set(headers, "Upgrade", "websocket");
  return toMaps(headers);
}

/** The gateway adds its own forwarding headers, or replaces the client's. */
function gatewayHeaders(
  rawHeaders: readonly string[],
  { ip, now }: { readonly ip: string; readonly now: number },
): Headers {
  const headers = parse(rawHeaders);
  for (const name of HOP_HEADERS) headers.delete(name);
  const forwarded = headers.get("x-forwarded-for")?.values ?? [];
  set(headers, "X-Amzn-Trace-Id", newTraceId(now));
  set(headers, "X-Forwarded-For", [...forwarded, ip].join(", "));
  set(headers, "X-Forwarded-Port", "443");
  set(headers, "X-Forwarded-Proto", "https");
  return headers;
}

function parse(rawHeaders: readonly string[]): Headers {
  const headers: Headers = new Map();
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] ?? "";
    const value = rawHeaders[at + 1] ?? "";
    const key = name.toLowerCase();
    const known = headers.get(key);
    if (known === undefined) headers.set(key, { name, values: [value] });
    else known.values.push(value);
  }
  return headers;
}

function set(headers: Headers, name: string, value: string): void {
  headers.set(name.toLowerCase(), { name, values: [value] });
}

function toMaps(parsed: Headers): HeaderMaps {
  const headers: Record<string, string> = {};
  const multiValueHeaders: Record<string, readonly string[]> = {};
  for (const key of [...parsed.keys()].sort()) {
    const { name = "", values = [] } = parsed.get(key) ?? {};
    setMember(headers, name, values.at(-1) ?? "");
    setMember(multiValueHeaders, name, values);
  }
  return { headers, multiValueHeaders };
}

/** An assignment to `__proto__`, a name that a client may send, would make no member. */
function setMember<Value>(members: Record<string, Value>, name: string, value: Value): void {
  if (name !== "__proto__") members[name] = value;
  else Object.defineProperty(members, name, { value, enumerable: true, configurable: true, writable: true });
}

export type QueryMaps = {
  readonly queryStringParameters: Readonly<Record<string, string>>;
  readonly multiValueQueryStringParameters: Readonly<Record<string, readonly string[]>>;
};

/**
 * The query's maps, decoded once. For a repeated name the single-value map has the last value, the other map all
 * values.
 */
export function queryMaps(query: string): QueryMaps {
  const queryStringParameters: Record<string, string> = {};
  const multiValueQueryStringParameters: Record<string, string[]> = {};
  for (const [name, value] of parseQuery(query)) {
    setMember(queryStringParameters, name, value);
    if (Object.hasOwn(multiValueQueryStringParameters, name)) multiValueQueryStringParameters[name]?.push(value);
    else setMember(multiValueQueryStringParameters, name, [value]);
  }
  return { queryStringParameters, multiValueQueryStringParameters };
}
