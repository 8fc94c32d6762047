import { randomBytes } from "node:crypto";

export type HeaderMaps = {
  readonly headers: Readonly<Record<string, string>>;
  readonly multiValueHeaders: Readonly<Record<string, readonly string[]>>;
};

/**
 * Headers with the client's spelling of names and its order of values. The key is in lower case, so another spelling is
 * not another header.
 */
type Headers = Map<string, { readonly name: string; readonly values: readonly string[] }>;

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
  const seconds = Math.floor(now / 1000).toString(16);
  set(headers, "X-Amzn-Trace-Id", `Root=1-${seconds}-${randomBytes(12).toString("hex")}`);
  set(headers, "X-Forwarded-For", [...forwarded, ip].join(", "));
  set(headers, "X-Forwarded-Port", "443");
  set(headers, "X-Forwarded-Proto", "https");
  return headers;
}

function parse(rawHeaders: readonly string[]): Headers {
  const headers: Headers = new Map();
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const [name = "", value = ""] = rawHeaders.slice(at, at + 2);
    const known = headers.get(name.toLowerCase());
    headers.set(name.toLowerCase(), { name: known?.name ?? name, values: [...(known?.values ?? []), value] });
  }
  return headers;
}

function set(headers: Headers, name: string, value: string): void {
  headers.set(name.toLowerCase(), { name, values: [value] });
}

function toMaps(headers: Headers): HeaderMaps {
  const sorted = [...headers].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, header]) => header);
  return {
    headers: Object.fromEntries(sorted.map(({ name, values }) => [name, values.at(-1) ?? ""])),
    multiValueHeaders: Object.fromEntries(sorted.map(({ name, values }) => [name, values])),
  };
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
  const values = new Map<string, string[]>();
  // The added `?` protects a question mark that is sent: the parser would drop it and read another name.
  for (const [name, value] of new URLSearchParams(`?${query}`)) values.set(name, [...(values.get(name) ?? []), value]);
  return {
    queryStringParameters: Object.fromEntries([...values].map(([name, all]) => [name, all.at(-1) ?? ""])),
    multiValueQueryStringParameters: Object.fromEntries(values),
  };
}
