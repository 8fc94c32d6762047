import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseSelectionExpression } from "../../src/gateway/selection-expression.ts";

/** The value in the spelling of the expression language. */
function variable(path: string): string {
  return `\${request.body.${path}}`;
}

describe("gw:route-1 forms of an expression", () => {
  it.each([
    ["$request.body.action", "greet"],
    ["$request.body.service.do", "run"],
    [variable("action"), "greet"],
    [`${variable("service.name")}/${variable("action")}`, "jobs/greet"],
    [`v1-${variable("action")}`, "v1-greet"],
    ["greet", "greet"],
    ["\\$default", "$default"],
    ["$request.body.missing", ""],
    ["$request.body.service.do.more", ""],
    ["$request.body.list", "[1, two, true]"],
    ["$request.body.count", "1"],
    ["$request.body.flag", "true"],
    ["$request.body.service", '{"name":"jobs","do":"run"}'],
    ["$request.body.toString", ""],
    ["$request.body.dashed-name", "dash"],
    ["$request.body.list[1]", "two"],
    ["$request.body.list[3]", ""],
    ["$request.body.rows[0].kind", "first"],
    [variable("rows[0].kind"), "first"],
    ["$request.body.action[0]", ""],
  ])("%s", (expression, expected) => {
    const body = {
      action: "greet",
      service: { name: "jobs", do: "run" },
      list: [1, "two", true],
      count: 1,
      flag: true,
      "dashed-name": "dash",
      rows: [{ kind: "first" }],
    };
    expect(parseSelectionExpression(expression)(JSON.stringify(body))).toBe(expected);
  });

  it.each([
    "$request.header.action",
    "$context.routeKey",
    variable("a").replace("body", "querystring"),
    "$request.body",
    "$request.body.a[",
    "$request.body.a[*]",
    "$request.body..a",
    "$request.body.a[?(@.b)]",
    "$x",
  ])("%s is refused", (expression) => {
    expect(() => parseSelectionExpression(expression)).toThrow("$request.body.*");
  });

  it("gw:route-2 are not evaluated in a message's text", () => {
    const select = parseSelectionExpression(`${variable("a")}-${variable("b")}`);
    expect(select(JSON.stringify({ a: variable("b"), b: "$&" }))).toBe(`${variable("b")}-$&`);
  });

  it("gw:route-4 give undefined for a body that is not JSON, and a text for any other", () => {
    const select = parseSelectionExpression("$request.body.action");
    expect(select("{action:1}")).toBeUndefined();
    fc.assert(
      fc.property(fc.json(), (body) => {
        expect(select(body)).toBeTypeOf("string");
      }),
    );
  });
});
