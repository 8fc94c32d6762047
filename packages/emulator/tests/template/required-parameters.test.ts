import { describe, expect, it } from "vitest";
import { describeTemplate, projectTemplate, replaced } from "../support/project-template.ts";

function routesWith(routeKey: string, parameters: string) {
  const line = `        ${routeKey}:\n`;
  const text = replaced(
    projectTemplate(),
    line,
    `${line}          RequestParameters: ${parameters}\n`.replaceAll("$", "$$$$"),
  );
  return describeTemplate(text).api.routes;
}

describe("gw:handshake-31 the required parameters of $connect are read", () => {
  it.each([
    ["{ route.request.header.X-Key: { Required: true } }", ["route.request.header.X-Key"]],
    ["{ route.request.querystring.room: { Required: 'true' } }", ["route.request.querystring.room"]],
    ["{ route.request.querystring.a: true, route.request.querystring.b: 'true' }", ["a", "b"]],
    ["{ route.request.header.a: { Required: false }, route.request.header.b: {}, route.request.header.c: false }", []],
    ["{}", []],
  ])("%s", (parameters, expected) => {
    const connect = routesWith("$connect", parameters).find(({ routeKey }) => routeKey === "$connect");
    expect(connect?.requiredParameters ?? []).toEqual(
      expected.map((name) => (name.startsWith("route.") ? name : `route.request.querystring.${name}`)),
    );
  });

  it.each([
    ["$connect", "{ a: b }", "RequestParameters.a is not of the form route.request.header.x"],
    ["$connect", "{ method.request.header.a: true }", "is not of the form route.request.header.x"],
    ["$connect", "{ route.request.header.a: { Requird: true } }", "Requird is not Required"],
    ["$connect", "{ route.request.header.a: yes please }", "RequestParameters.route.request.header.a is not a map"],
    ["$connect", "[route.request.header.a]", "RequestParameters is not a map"],
    ["subscribe", "{ route.request.header.a: true }", "Routes.subscribe.RequestParameters is only for $connect"],
  ])("on %s %s is refused", (routeKey, parameters, message) => {
    expect(() => routesWith(routeKey, parameters)).toThrow(message);
  });
});
