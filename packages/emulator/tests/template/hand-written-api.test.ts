// biome-ignore-all lint/suspicious/noTemplateCurlyInString: Fn::Sub has such placeholders.
import { describe, expect, it } from "vitest";
import { describeHandWritten, INVOCATIONS } from "../support/hand-written-template.ts";
import { describeSmallTemplate } from "../support/small-template.ts";

const route = (key: string, more = "") =>
  `Type: AWS::ApiGatewayV2::Route, Properties: { ApiId: !Ref Api, RouteKey: ${key}, Target: !Sub "integrations/\${Integration}"${more} }`;

describe("an API in CloudFormation's own form", () => {
  it("gw:template-1 has routes, an authorizer and a stage, as SAM's form has", () => {
    const { api, warnings } = describeHandWritten();

    expect(api).toEqual({
      stages: [{ name: "dev" }],
      routeSelectionExpression: "$request.body.action",
      routes: [
        {
          routeKey: "$connect",
          functionName: "Fn",
          routeResponse: false,
          authorizer: { functionName: "Auth", identitySources: ["route.request.querystring.token"] },
        },
        { routeKey: "send-message", functionName: "Fn", routeResponse: true },
      ],
      mockRoutes: [],
    });
    expect(warnings).toEqual([]);
  });

  it.each([
    ["the path of the Invoke API, by Join", `!Join ['', ['${INVOCATIONS}/', !GetAtt Fn.Arn, /invocations]]`],
    [
      "the path, with the name spelled out",
      `${INVOCATIONS}/arn:aws:lambda:us-east-1:123456789012:function:Fn/invocations`,
    ],
    [
      "the path, with pseudo parameters",
      '!Sub "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Fn.Arn}/invocations"',
    ],
    ["the ARN of the function", "!GetAtt Fn.Arn"],
  ])("gw:template-2 an integration's URI is %s", (_what, uri) => {
    const { api } = describeHandWritten({
      Integration: `Type: AWS::ApiGatewayV2::Integration, Properties: { ApiId: !Ref Api, IntegrationType: AWS_PROXY, IntegrationMethod: POST, IntegrationUri: ${uri} }`,
    });

    expect(api.routes.map(({ functionName }) => functionName)).toEqual(["Fn", "Fn"]);
  });

  it("gw:template-2 an integration with an alias invokes the same function, by a permission of the alias", () => {
    const withAlias = (functionName: string) =>
      describeHandWritten({
        Integration: (text) => text.replace("${Fn.Arn}", "${Fn.Arn}:live"),
        MayInvoke: (text) => text.replace("!Ref Fn", functionName),
      }).api.routes[1];

    expect(withAlias('!Sub "${Fn}:live"')).toEqual({
      routeKey: "send-message",
      functionName: "Fn",
      routeResponse: true,
    });
    expect(withAlias("!GetAtt Fn.Arn")).toMatchObject({ permittedStages: [] });
  });

  it("gw:template-6 a route without a route response has none, whatever its selection expression says", () => {
    const { api } = describeHandWritten({
      Send: (text) => text.replace(" }", ", RouteResponseSelectionExpression: $default }"),
      SendResponse: undefined,
    });

    expect(api.routes[1]?.routeResponse).toBe(false);
  });

  it("gw:limit-11 an integration has a timeout", () => {
    const withTimeout = (millis: number) =>
      describeHandWritten({
        Integration: (text) => text.replace("Type: AWS_PROXY", `Type: AWS_PROXY, TimeoutInMillis: ${millis}`),
      }).api.routes[1]?.integrationTimeoutMillis;

    expect(withTimeout(50)).toBe(50);
    expect(() => withTimeout(29_001)).toThrow("Integration.TimeoutInMillis must be a whole number from 50 to 29000");
  });

  it("has stage variables, and further stages", () => {
    const { api } = describeHandWritten({
      Stage: (text) => text.replace("dev", "dev, StageVariables: { table: t }"),
      Blue: "Type: AWS::ApiGatewayV2::Stage, Properties: { ApiId: !Ref Api, StageName: blue, AutoDeploy: true }",
    });

    expect(api.stages).toEqual([{ name: "dev", variables: { table: "t" } }, { name: "blue" }]);
  });

  it("has required parameters on $connect", () => {
    const required = ", RequestParameters: { route.request.querystring.token: { Required: true } }";
    const { api } = describeHandWritten({ Connect: route("$connect", required) });

    expect(api.routes[0]?.requiredParameters).toEqual(["route.request.querystring.token"]);
  });

  it("gw:template-4 does not use the authorizer of a route without an authorization type", () => {
    const { api } = describeHandWritten({ Connect: (text) => text.replace("AuthorizationType: CUSTOM, ", "") });

    expect(api.routes[0]?.authorizer).toBeUndefined();
  });

  it("may have a MOCK route", () => {
    const { api } = describeHandWritten({
      Mock: "Type: AWS::ApiGatewayV2::Integration, Properties: { ApiId: !Ref Api, IntegrationType: MOCK, RequestTemplates: { $default: '{\"statusCode\":200}' } }",
      Ping: route("ping").replace("${Integration}", "${Mock}"),
    });

    expect(api.mockRoutes).toEqual([{ routeKey: "ping", answer: { kind: "nothing" } }]);
  });
});

describe("permissions", () => {
  it("gw:template-4 without its permission, an integration or an authorizer is not invoked, which is named", () => {
    const { api, warnings } = describeHandWritten({ MayInvoke: undefined, MayAuthorize: undefined });

    expect(api.routes).toMatchObject([
      { routeKey: "$connect", permittedStages: [], authorizer: { permittedStages: [] } },
      { routeKey: "send-message", permittedStages: [] },
    ]);
    expect(warnings).toEqual([
      expect.stringMatching(
        /^api\.yaml:7: no AWS::Lambda::Permission lets API Gateway invoke Auth for \$connect: as on/,
      ),
      expect.stringMatching(/^api\.yaml:7: no AWS::Lambda::Permission lets API Gateway invoke Fn for \$connect: as on/),
      expect.stringMatching(/^api\.yaml:8: no AWS::Lambda::Permission lets API Gateway invoke Fn for send-message: as/),
    ]);
  });

  it("gw:template-4 a role in their place is enough", () => {
    const { api, warnings } = describeHandWritten({
      MayInvoke: undefined,
      MayAuthorize: undefined,
      Integration: (text) => text.replace("IntegrationType", "CredentialsArn: arn:of:a:role, IntegrationType"),
      Authorizer: (text) => text.replace("AuthorizerType", "AuthorizerCredentialsArn: arn:of:a:role, AuthorizerType"),
    });

    expect(api.routes[0]).not.toHaveProperty("permittedStages");
    expect(api.routes[0]?.authorizer).not.toHaveProperty("permittedStages");
    expect(warnings).toEqual([]);
  });

  it.each([
    ["none", "", { $connect: true, "send-message": true }],
    ["the API", "/*", { $connect: true, "send-message": true }],
    ["the stage", "/dev/*", { $connect: true, "send-message": true }],
    ["a route on any stage", "/*/$connect", { $connect: true, "send-message": false }],
    ["a route on the stage", "/dev/send-message", { $connect: false, "send-message": true }],
    ["another stage", "/prod/*", { $connect: false, "send-message": false }],
    ["the form of REST APIs", "/*/*/send-message", { $connect: false, "send-message": false }],
  ])("gw:template-1 a permission may be for %s", (_what, path, expected) => {
    const { api } = describeHandWritten({
      MayInvoke: (text) =>
        path === "" ? text.replace(/, SourceArn: .*"/, "") : text.replace('${Api}/*"', `\${Api}${path}"`) || text,
      // A change that leaves "/*" as it is would be no change.
      ...(path === "/*" && { MayInvoke: (text: string) => text.replace("lambda:InvokeFunction", "lambda:*") }),
    });
    const permitted = api.routes.map(({ routeKey, permittedStages }) => [routeKey, permittedStages === undefined]);

    expect(Object.fromEntries(permitted)).toEqual(expected);
  });

  it("a permission for one of two stages counts there", () => {
    const { api, warnings } = describeHandWritten({
      MayInvoke: (text) => text.replace("${Api}/*", "${Api}/dev/*"),
      Blue: "Type: AWS::ApiGatewayV2::Stage, Properties: { ApiId: !Ref Api, StageName: blue, AutoDeploy: true }",
    });

    expect(api.routes[1]?.permittedStages).toEqual(["dev"]);
    expect(warnings.at(-1)).toMatch(/ \(except on dev\)$/);
  });

  it("SAM's own permission is for SAM's own stage", () => {
    const { api } = describeSmallTemplate(
      "Blue: { Type: AWS::ApiGatewayV2::Stage, Properties: { ApiId: !Ref Api, StageName: blue, AutoDeploy: true } }",
    );

    expect(api.routes).toMatchObject([{ permittedStages: ["dev"] }]);
  });

  it("of another service or of another function count for nothing", () => {
    for (const [piece, other] of [
      ["apigateway.amazonaws.com", "events.amazonaws.com"],
      ["!Ref Fn", "!Ref Auth"],
      ["lambda:InvokeFunction", "lambda:GetFunction"],
    ] as const) {
      expect(describeHandWritten({ MayInvoke: (text) => text.replace(piece, other) }).api.routes[1]).toMatchObject({
        permittedStages: [],
      });
    }
  });
});

describe("gw:template-3 a deployment that may be made before a route", () => {
  it.each([
    ["one", "[Connect]", "Deployment has no DependsOn Send: on AWS"],
    ["none", "[]", "Deployment has no DependsOn Connect (and 1 more routes): on AWS"],
  ])("is named, if it depends on %s of two", (_which, dependsOn, text) => {
    const { warnings } = describeHandWritten({ Deployment: (own) => own.replace("[Connect, Send]", dependsOn) });

    expect(warnings).toEqual([expect.stringContaining(`api.yaml:10: ${text}`)]);
  });

  it("is not named if it depends on the route through another resource", () => {
    const { warnings } = describeHandWritten({
      Deployment: (own) => own.replace("[Connect, Send]", "Connect"),
      Connect: (own) => `DependsOn: Send, ${own}`,
    });

    expect(warnings).toEqual([]);
  });

  it("is not named if the stage is deployed by itself", () => {
    const { warnings } = describeHandWritten({
      Deployment: (own) => own.replace("[Connect, Send]", "[]"),
      Stage: (own) => own.replace("DeploymentId: !Ref Deployment", "AutoDeploy: true"),
    });

    expect(warnings).toEqual([]);
  });
});

describe("is refused, or named:", () => {
  it.each([
    ["no stage", { Stage: undefined }, "Api.Properties has no AWS::ApiGatewayV2::Stage"],
    [
      "a stage without a deployment",
      { Stage: (own: string) => own.replace(", DeploymentId: !Ref Deployment", "") },
      "Stage.AutoDeploy is missing",
    ],
    [
      "no selection expression",
      { Api: (own: string) => own.replace(", RouteSelectionExpression: $request.body.action", "") },
      "Api.RouteSelectionExpression is missing",
    ],
    [
      "a second API",
      { Other: "Type: AWS::ApiGatewayV2::Api, Properties: { ProtocolType: WEBSOCKET }" },
      "Other is a second WebSocket API; the runtime runs only one",
    ],
    ["an HTTP API alone", { Api: (own: string) => own.replace("WEBSOCKET", "HTTP") }, "Resources has no WebSocket API"],
    [
      "a part of an API that is not here",
      { Send: (own: string) => own.replace("!Ref Api", "abcdef1234") },
      "Send.ApiId is not Api",
    ],
    ...(["AWS", "HTTP", "HTTP_PROXY"] as const).map(
      (type) =>
        [
          `an integration of the type ${type}`,
          { Integration: (own: string) => own.replace("AWS_PROXY", type) },
          `Integration.IntegrationType ${type} is not known to the emulator: on AWS `,
        ] as const,
    ),
    [
      "an integration of an unknown type",
      { Integration: (own: string) => own.replace("AWS_PROXY", "LAMBDA") },
      "Integration.IntegrationType LAMBDA is not a type of integrations",
    ],
    [
      "gw:template-2 a function by a stage variable",
      { Integration: (own: string) => own.replace("${Fn.Arn}", "${!stageVariables.fn}") },
      "Integration.IntegrationUri has a stage variable in it",
    ],
    [
      "a function that is not here",
      { Integration: (own: string) => own.replace("${Fn.Arn}", "arn:aws:lambda:us-east-1:123456789012:function:None") },
      "Integration.IntegrationUri is not the ARN of any function here",
    ],
    [
      "a target that is no integration",
      { Send: (own: string) => own.replace("!Ref Integration", "!Ref Connect") },
      "Send.Target is not integrations/ and the Ref of an AWS::ApiGatewayV2::Integration here",
    ],
    [
      "gw:template-8 a key of the gateway's own",
      { Send: (own: string) => own.replace("send-message", "$send") },
      "Send.RouteKey begins with $, but is none of $connect, $disconnect and $default",
    ],
    [
      "gw:template-8 a reserved key",
      { Send: (own: string) => own.replace("send-message", "/ping") },
      "Send.RouteKey is reserved by API Gateway",
    ],
    [
      "a key twice",
      { Send: (own: string) => own.replace("send-message", "$connect") },
      "Send.RouteKey is already another route's",
    ],
    [
      "gw:authorizer-6 an authorizer on another route",
      { Send: route("send", ", AuthorizationType: CUSTOM, AuthorizerId: !Ref Authorizer") },
      "Send.AuthorizationType is not known to the emulator: API Gateway authorizes on $connect only",
    ],
    [
      "signatures on $connect",
      { Connect: route("$connect", ", AuthorizationType: AWS_IAM") },
      "Connect.AuthorizationType AWS_IAM is not known to the emulator: no signature is checked here",
    ],
    [
      "another authorization",
      { Connect: route("$connect", ", AuthorizationType: JWT") },
      "Connect.AuthorizationType must be NONE, CUSTOM or AWS_IAM",
    ],
    [
      "no authorizer",
      { Connect: route("$connect", ", AuthorizationType: CUSTOM, AuthorizerId: !Ref Fn") },
      "Connect.AuthorizerId is not the Ref of an authorizer here",
    ],
    [
      "gw:authorizer-5 an authorizer of another type",
      { Authorizer: (own: string) => own.replace("REQUEST", "JWT") },
      "Authorizer.AuthorizerType is JWT: authorizers of WebSocket APIs have the type REQUEST",
    ],
    [
      "gw:authorizer-1 an identity source of HTTP APIs",
      { Authorizer: (own: string) => own.replace("route.request.querystring.token", "$request.header.Authorization") },
      "Authorizer.IdentitySource $request.header.Authorization is not known to the emulator",
    ],
    [
      "what only HTTP APIs have",
      { Api: (own: string) => own.replace("Name: chat", "CorsConfiguration: {}") },
      "Api.CorsConfiguration is not known to the emulator: only HTTP APIs have it",
    ],
  ] as const)("%s", (_what, changes, problem) => {
    expect(() => describeHandWritten(changes)).toThrow(problem);
  });

  it.each([
    [
      "gw:authorizer-4 a cache of authorizers' answers",
      { Authorizer: (own: string) => own.replace("Name: a", "AuthorizerResultTtlInSeconds: 300") },
      "Authorizer.AuthorizerResultTtlInSeconds is not emulated: answers are cached for HTTP APIs alone",
    ],
    [
      "a model on a route",
      {
        Model:
          "Type: AWS::ApiGatewayV2::Model, Properties: { ApiId: !Ref Api, Name: Chat, ContentType: application/json, Schema: {} }",
        Send: route("send-message", ", RequestModels: { chat: !Ref Model }"),
      },
      "Send.RequestModels is not emulated: no message is held to a model here",
    ],
  ] as const)("%s", (_what, changes, warning) => {
    expect(describeHandWritten(changes).warnings).toEqual([expect.stringContaining(warning)]);
  });
});

describe("an HTTP API beside it", () => {
  it("is named once, with none of its parts", () => {
    const { api, warnings } = describeHandWritten({
      Web: "Type: AWS::ApiGatewayV2::Api, Properties: { Name: web, ProtocolType: HTTP, CorsConfiguration: {}, Misspelt: 1 }",
      WebStage:
        "Type: AWS::ApiGatewayV2::Stage, Properties: { ApiId: !Ref Web, StageName: $default, AutoDeploy: true }",
      WebIntegration:
        "Type: AWS::ApiGatewayV2::Integration, Properties: { ApiId: !Ref Web, IntegrationType: HTTP_PROXY, PayloadFormatVersion: '2.0' }",
      WebRoute: "Type: AWS::ApiGatewayV2::Route, Properties: { ApiId: !Ref Web, RouteKey: GET /, Target: x }",
      WebAuthorizer:
        "Type: AWS::ApiGatewayV2::Authorizer, Properties: { ApiId: !Ref Web, AuthorizerType: JWT, JwtConfiguration: {} }",
    });

    expect(api.stages).toEqual([{ name: "dev" }]);
    expect(api.routes).toHaveLength(2);
    expect(warnings).toEqual(["api.yaml:14: Web is ignored, because HTTP APIs are not emulated"]);
  });
});

describe("routes beside those of SAM's API", () => {
  it("may invoke functions, with a permission of their own", () => {
    const more = [
      "I: { Type: AWS::ApiGatewayV2::Integration, Properties: { ApiId: !Ref Api, IntegrationType: AWS_PROXY, IntegrationUri: !GetAtt Fn.Arn } }",
      'R: { Type: AWS::ApiGatewayV2::Route, Properties: { ApiId: !Ref Api, RouteKey: a.b, Target: !Sub "integrations/${I}" } }',
    ];
    const permission =
      'P: { Type: AWS::Lambda::Permission, Properties: { Action: lambda:InvokeFunction, FunctionName: !Ref Fn, Principal: apigateway.amazonaws.com, SourceArn: !Sub "arn:aws:execute-api:${AWS::Region}:${AWS::AccountId}:${Api}/dev/a.b" } }';
    const own = { routeKey: "$default", functionName: "Fn", routeResponse: false };
    const beside = { routeKey: "a.b", functionName: "Fn", routeResponse: false };

    expect(describeSmallTemplate(...more, permission).api.routes).toEqual([own, beside]);
    // SAM makes the permission only if the stage is the one that it makes.
    expect(describeSmallTemplate(...more).api.routes).toEqual([own, { ...beside, permittedStages: [] }]);
  });
});
