import type { HeaderMaps } from "./header-maps.ts";
import type { QueryMaps } from "./query-maps.ts";

const SOURCE = /^route\.request\.(header|querystring)\.([\w.-]+)$/;

/** Whether all of what an authorizer asks for is there and not empty. Without it API Gateway answers 401 unasked. */
export function hasIdentity(sources: readonly string[], headers: HeaderMaps, query: QueryMaps): boolean {
  return sources.every((source) => {
    const [, place, name = ""] = SOURCE.exec(source) ?? [];
    if (place === "querystring") return Boolean(own(query.queryStringParameters, name));
    return (
      place === "header" &&
      Object.entries(headers.headers).some(([key, value]) => value !== "" && key.toLowerCase() === name.toLowerCase())
    );
  });
}

function own(values: Readonly<Record<string, string>>, name: string): string | undefined {
  return Object.hasOwn(values, name) ? values[name] : undefined;
}
