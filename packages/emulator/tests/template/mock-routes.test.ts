import { describe, expect, it } from "vitest";
import type { MockAnswer } from "../../src/gateway/api-description.ts";
import { describeTemplate, replaced } from "../support/project-template.ts";
import { describeSmallTemplate, smallTemplate } from "../support/small-template.ts";

const API = "ApiId: !Ref Api";
const INTEGRATION = `Mock: { Type: AWS::ApiGatewayV2::Integration, Properties: { ${API}, IntegrationType: MOCK, TemplateSelectionExpression: \\$default, RequestTemplates: { $default: '{"statusCode":200}' } } }`;
const RESPONSE = `MockResponse: { Type: AWS::ApiGatewayV2::IntegrationResponse, Properties: { ${API}, IntegrationId: !Ref Mock, IntegrationResponseKey: $default, TemplateSelectionExpression: \\$default, ResponseTemplates: { $default: pong } } }`;
const ROUTE = `Ping: { Type: AWS::ApiGatewayV2::Route, Properties: { ${API}, RouteKey: ping, RouteResponseSelectionExpression: $default, Target: !Sub "integrations/\${Mock}" } }`;
const ROUTE_RESPONSE = `PingResponse: { Type: AWS::ApiGatewayV2::RouteResponse, Properties: { ${API}, RouteId: !Ref Ping, RouteResponseKey: $default } }`;
const WHOLE = [INTEGRATION, RESPONSE, ROUTE, ROUTE_RESPONSE];

const FAILED: MockAnswer = { kind: "failed" };
const NOTHING: MockAnswer = { kind: "nothing" };
const reply = (text: string): MockAnswer => ({ kind: "reply", text });

/** The whole with one piece replaced. */
function changed(piece: string | RegExp, replacement: string): readonly string[] {
  return replaced(WHOLE.join("\n"), piece, replacement).split("\n");
}

const without = (resource: string) => WHOLE.filter((line) => line !== resource);

describe("a MOCK route beside those of the API", () => {
  it("stands apart from the routes with functions, and its answer is the template's text", () => {
    const { api, warnings } = describeSmallTemplate(...WHOLE);

    expect(api.mockRoutes).toEqual([{ routeKey: "ping", answer: reply("pong") }]);
    expect(api.routes.map(({ routeKey }) => routeKey)).toEqual(["$default"]);
    expect(warnings).toEqual([]);
  });

  it.each<[string, readonly string[], MockAnswer]>([
    ["gw:route-36 no route response", without(ROUTE_RESPONSE), NOTHING],
    ["gw:route-36 neither response", [INTEGRATION, ROUTE], NOTHING],
    ["an empty text", changed("$default: pong", "$default: ''"), NOTHING],
    ["no integration response", without(RESPONSE), FAILED],
    [
      "only the integration response of another status",
      changed("ResponseKey: $default", "ResponseKey: /5\\d\\d/"),
      FAILED,
    ],
    [
      "the integration response of its status",
      changed("ResponseKey: $default", "ResponseKey: /2\\d\\d/"),
      reply("pong"),
    ],
    [
      "the integration response of its status before that of all others",
      [
        ...WHOLE,
        RESPONSE.replace("MockResponse", "Own")
          .replace("ResponseKey: $default", "ResponseKey: /200/")
          .replace("pong", "own"),
      ],
      reply("own"),
    ],
    [
      "another status",
      [
        ...changed("200", "503"),
        RESPONSE.replace("MockResponse", "Own")
          .replace("ResponseKey: $default", "ResponseKey: /200/")
          .replace("pong", "own"),
      ],
      reply("pong"),
    ],
    [
      "no selection expressions",
      WHOLE.map((line) => line.replace("TemplateSelectionExpression: \\$default, ", "")),
      reply("pong"),
    ],
    [
      "constant selection expressions",
      WHOLE.map((line) =>
        line
          .replace("Expression: \\$default", "Expression: '200'")
          .replace("Templates: { $default:", "Templates: { '200':"),
      ),
      reply("pong"),
    ],
    [
      "a selection by the status",
      WHOLE.map((line) =>
        line.replace(
          "Expression: \\$default, ResponseTemplates: {",
          "Expression: $integration.response.statuscode, ResponseTemplates: { '200': by status,",
        ),
      ),
      reply("by status"),
    ],
    [
      "a selection by the status, in braces",
      WHOLE.map((line) =>
        line.replace(
          "Expression: \\$default, ResponseTemplates: {",
          `Expression: "\${integration.response.statuscode}", ResponseTemplates: { '200': by status,`,
        ),
      ),
      reply("by status"),
    ],
    [
      "a selection that finds nothing, so that $default counts",
      changed("Expression: \\$default, Resp", "Expression: other, Resp"),
      reply("pong"),
    ],
  ])("with %s", (_with, lines, answer) => {
    expect(describeSmallTemplate(...lines).api.mockRoutes).toEqual([{ routeKey: "ping", answer }]);
  });

  it("may be $default, if the API has none", () => {
    const own = smallTemplate(...changed("RouteKey: ping", "RouteKey: $default"));
    const { mockRoutes } = describeTemplate(replaced(own, "Routes: { $default:", "Routes: { other:")).api;

    expect(mockRoutes).toEqual([{ routeKey: "$default", answer: reply("pong") }]);
  });
});

describe("what is not constant, or what AWS would refuse, ends the start:", () => {
  it.each<[string, readonly string[], string]>([
    ["no integration type", changed("IntegrationType: MOCK, ", ""), "Mock.IntegrationType is missing"],
    [
      "an integration of another API",
      changed("ApiId: !Ref Api, IntegrationType", "ApiId: other, IntegrationType"),
      "Mock.ApiId is not Api",
    ],
    ["a route of another API", changed("ApiId: !Ref Api, RouteKey", "ApiId: other, RouteKey"), "Ping.ApiId is not Api"],
    [
      "a response of another API",
      changed("ApiId: !Ref Api, IntegrationId", "ApiId: other, IntegrationId"),
      "MockResponse.ApiId is not Api",
    ],
    [
      "no request template",
      changed(", RequestTemplates: { $default: '{\"statusCode\":200}' }", ""),
      "Mock.RequestTemplates has no template for $default, and none for $default",
    ],
    [
      "a request template that is no JSON",
      changed("'{\"statusCode\":200}'", "'{ statusCode: 200 }'"),
      "Mock.RequestTemplates must give a JSON object with a status",
    ],
    [
      "a request template without a status",
      changed("statusCode", "status"),
      "Mock.RequestTemplates must give a JSON object with a status",
    ],
    [
      "a request template with Velocity",
      changed("200}", "$context.status}"),
      "Mock.RequestTemplates.$default has $ or # in it: Velocity is not emulated, only constant text",
    ],
    [
      "a response template with a reference",
      changed("$default: pong", "$default: $input.body"),
      "MockResponse.ResponseTemplates.$default has $ or # in it: Velocity is not emulated",
    ],
    [
      "a response template with a directive",
      changed("$default: pong", "$default: '#set(a)'"),
      "MockResponse.ResponseTemplates.$default has $ or # in it: Velocity is not emulated",
    ],
    [
      "no response template",
      changed(", ResponseTemplates: { $default: pong }", ""),
      "MockResponse.ResponseTemplates has no template for $default",
    ],
    [
      "a selection by the message",
      changed("Expression: \\$default, Resp", "Expression: $request.body.id, Resp"),
      "MockResponse.TemplateSelectionExpression is not constant",
    ],
    [
      "a selection by the status, where there is none yet",
      changed("Expression: \\$default, Req", "Expression: $integration.response.statuscode, Req"),
      "Mock.TemplateSelectionExpression is not constant",
    ],
    [
      "a $default without its backslash, which AWS takes for a variable",
      changed("Expression: \\$default, Req", "Expression: $default, Req"),
      "Mock.TemplateSelectionExpression is not constant: the emulator knows \\$default",
    ],
    [
      "a response of no integration",
      changed("IntegrationId: !Ref Mock", "IntegrationId: other"),
      "MockResponse.IntegrationId is not an AWS::ApiGatewayV2::Integration here",
    ],
    [
      "a response key without slashes",
      changed("ResponseKey: $default", "ResponseKey: 200"),
      "MockResponse.IntegrationResponseKey is neither $default nor a pattern such as /200/",
    ],
    [
      "a response key that is no pattern",
      changed("ResponseKey: $default", "ResponseKey: /(/"),
      "MockResponse.IntegrationResponseKey is neither $default nor a pattern such as /200/",
    ],
    [
      "a converted payload",
      changed("IntegrationType: MOCK", "IntegrationType: MOCK, ContentHandlingStrategy: CONVERT_TO_TEXT"),
      "Mock.ContentHandlingStrategy is not known to the emulator: payloads are not converted here",
    ],
    [
      "a target that is no integration",
      changed("integrations/$", "integrations/other$"),
      "Ping.Target is not integrations/ and the Ref of an AWS::ApiGatewayV2::Integration here",
    ],
    ["no target", changed(/, Target: \S+ \S+/, ""), "Ping.Target is not integrations/"],
    [
      "a key that the API has already",
      changed("RouteKey: ping", "RouteKey: $default"),
      "Ping.RouteKey is already another route's",
    ],
    [
      "a handshake",
      changed("RouteKey: ping", "RouteKey: $connect"),
      "Ping.RouteKey is $connect with a MOCK integration, and only messages reach one here",
    ],
    [
      "an authorizer",
      changed("RouteKey: ping", "RouteKey: ping, AuthorizationType: CUSTOM"),
      "Ping.AuthorizationType is not known to the emulator: API Gateway authorizes on $connect only",
    ],
    [
      "an API key",
      changed("RouteKey: ping", "RouteKey: ping, ApiKeyRequired: true"),
      "Ping.ApiKeyRequired is not known to the emulator",
    ],
    [
      "a misspelt property",
      changed("ResponseTemplates", "ResponseTemplate"),
      "MockResponse.ResponseTemplate is not a property that the emulator knows",
    ],
    [
      "a route response of no route",
      changed("RouteId: !Ref Ping", "RouteId: !Ref Mock"),
      "PingResponse.RouteId is not a route of Api",
    ],
  ])("%s", (_what, lines, problem) => {
    expect(() => describeSmallTemplate(...lines)).toThrow(problem);
  });
});
