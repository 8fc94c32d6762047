/** The parts of a request's URL before and behind its first question mark. */
export function divideUrl(url = ""): { readonly path: string; readonly query: string } {
  const at = url.indexOf("?");
  return at < 0 ? { path: url, query: "" } : { path: url.slice(0, at), query: url.slice(at + 1) };
}

/** The parameters of a query in their order, decoded once. `query` is the part behind the question mark. */
export function parseQuery(query: string): readonly (readonly [name: string, value: string])[] {
  if (query === "") return [];
  // The added `?` protects a question mark that is sent: the parser would drop it and read another name.
  if (ENCODED.test(query)) return [...new URLSearchParams(`?${query}`)];
  const parameters: [string, string][] = [];
  for (const part of query.split("&")) {
    if (part === "") continue;
    const at = part.indexOf("=");
    parameters.push(at < 0 ? [part, ""] : [part.slice(0, at), part.slice(at + 1)]);
  }
  return parameters;
}

/** Characters that a parser changes. A query without them, such as one with a token, needs no parser. */
const ENCODED = /[%+]|[^\x20-\x7e]/;
