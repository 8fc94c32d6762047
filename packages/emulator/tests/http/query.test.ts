import fc from "fast-check";
import { expect, it } from "vitest";
import { parseQuery } from "../../src/http/query.ts";

it("a query is read as URLSearchParams reads it, encoded or not", () => {
  const character = fc.constantFrom(..."ab&&==??;#/.~+%2é\u{fffd}");
  fc.assert(
    fc.property(fc.string({ unit: character, maxLength: 20 }), (query) => {
      expect(parseQuery(query)).toEqual([...new URLSearchParams(`?${query}`)]);
    }),
  );
});
