export type QueryMaps = {
  readonly queryStringParameters: Readonly<Record<string, string>>;
  readonly multiValueQueryStringParameters: Readonly<Record<string, readonly string[]>>;
};

/** Decoded once. Of a repeated name the single-value map has the last value and the other one all. */
export function queryMaps(query: string): QueryMaps {
  const values = new Map<string, string[]>();
  // The parser would drop the second of two question marks, and read a name that was not sent.
  for (const [name, value] of new URLSearchParams(`?${query}`)) values.set(name, [...(values.get(name) ?? []), value]);
  return {
    queryStringParameters: Object.fromEntries([...values].map(([name, all]) => [name, all.at(-1) ?? ""])),
    multiValueQueryStringParameters: Object.fromEntries(values),
  };
}
