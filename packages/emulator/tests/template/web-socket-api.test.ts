import { describe, expect, it } from "vitest";
import { readTemplate } from "../../src/template/read-template.ts";
import { localAccount, replaced } from "../support/project-template.ts";
import { smallTemplate } from "../support/small-template.ts";

/** The API of a small template with a piece replaced. */
function apiWith(piece: string | RegExp, replacement: string, ...resources: readonly string[]) {
  const text = replaced(smallTemplate(...resources), piece, replacement.replaceAll("$", "$$$$"));
  return readTemplate({ file: "small.yaml", text, parameters: {}, account: localAccount() }).api;
}

const ROUTES = /Routes: \{ \$default: (\{.*?\}) \}/;
const FN = "{ FunctionArn: !GetAtt Fn.Arn }";
const AUTH = "AuthArn: !GetAtt Fn.Arn";

describe("gw:template-20 an AWS::Serverless::WebSocketApi", () => {
  it("without a StageName has the stage `default`", () => {
    expect(apiWith("StageName: dev, ", "").stages).toEqual([{ name: "default" }]);
  });

  it.each([
    ["StageName: dev", "StageName: $default", "StageName must be"],
    [ROUTES, `Auth: { AuthType: CUSTOM, ${AUTH} }, Routes: { $default: ${FN} }`, "Auth needs a $connect route"],
    ["RouteSelectionExpression: $request.body.action, ", "", "RouteSelectionExpression is missing"],
    [ROUTES, "Routes: { $default: {} }", "FunctionArn is missing"],
  ])("with %s as %s is refused", (piece, replacement, message) => {
    expect(() => apiWith(piece, replacement)).toThrow(message);
  });
});

describe("gw:template-21 gw:template-6 the Ref of the route that SAM makes", () => {
  it.each([
    ["$connect", "ApiConnectRoute"],
    ["$default", "ApiDefaultRoute"],
    ["sendMessage", "ApiSendmessageRoute"],
  ])("%s is %s", (routeKey, logicalId) => {
    const response = `Reply: { Type: AWS::ApiGatewayV2::RouteResponse, Properties: { ApiId: !Ref Api, RouteId: !Ref ${logicalId}, RouteResponseKey: $default } }`;
    const { routes } = apiWith(ROUTES, `Routes: { ${routeKey}: ${FN}, other: ${FN} }`, response);
    expect(routes).toMatchObject([
      { routeKey, routeResponse: true },
      { routeKey: "other", routeResponse: false },
    ]);
  });
});

it("gw:template-22 RouteResponseSelectionExpression without a route response sends no response", () => {
  const route = `{ FunctionArn: !GetAtt Fn.Arn, RouteResponseSelectionExpression: $default }`;
  expect(apiWith(ROUTES, `Routes: { $default: ${route} }`).routes).toMatchObject([{ routeResponse: false }]);
});

it.each(["$other", "/ping", "/sping", "a b", "a-b", "''"])("gw:template-8 %s is no route key", (routeKey) => {
  expect(() => apiWith(ROUTES, `Routes: { ${routeKey}: ${FN} }`)).toThrow("is not a route key");
});

it.each(["!GetAtt Api.Arn", "arn:aws:lambda:us-east-1:123456789012:function:Other", "Fn"])(
  "gw:template-2 %s is no function of the template",
  (arn) => {
    expect(() => apiWith("FunctionArn: !GetAtt Fn.Arn", `FunctionArn: ${arn}`)).toThrow(
      "FunctionArn is not the ARN of any function here",
    );
  },
);

describe("gw:authorizer-5 an authorizer of a WebSocket API", () => {
  it.each(["JWT", "TOKEN", "REQUEST", "AWS_IAM", "custom"])("is never %s", (type) => {
    const auth = `Auth: { AuthType: ${type}, ${AUTH} }`;
    expect(() => apiWith(ROUTES, `${auth}, Routes: { $connect: ${FN} }`)).toThrow(`AuthType ${type} is not known`);
  });

  it.each(["EnableSimpleResponses: true", "AuthorizerPayloadFormatVersion: 2.0", "AuthorizerResultTtlInSeconds: 5"])(
    "has no %s, and no cache",
    (property) => {
      const auth = `Auth: { AuthType: CUSTOM, ${AUTH}, ${property} }`;
      expect(() => apiWith(ROUTES, `${auth}, Routes: { $connect: ${FN} }`)).toThrow("is not a property that");
    },
  );
});

describe("gw:authorizer-6 only $connect is authorized", () => {
  it("by the API's Auth", () => {
    const routes = `Routes: { $connect: ${FN}, $default: ${FN}, join: ${FN} }`;
    const api = apiWith(ROUTES, `Auth: { AuthType: CUSTOM, ${AUTH} }, ${routes}`);
    expect(api.routes.filter(({ authorizer }) => authorizer !== undefined)).toMatchObject([{ routeKey: "$connect" }]);
  });

  it.each(["AuthorizationType: CUSTOM", "AuthorizationType: AWS_IAM", "AuthorizerId: a"])(
    "%s on another route is refused",
    (property) => {
      const route = `Ping: { Type: AWS::ApiGatewayV2::Route, Properties: { ApiId: !Ref Api, RouteKey: ping, ${property} } }`;
      expect(() => apiWith("StageName: dev", "StageName: prod", route)).toThrow(
        "API Gateway authorizes on $connect only",
      );
    },
  );
});
