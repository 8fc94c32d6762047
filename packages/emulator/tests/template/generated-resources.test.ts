// biome-ignore-all lint/suspicious/noTemplateCurlyInString: Fn::Sub has such placeholders.
import { describe, expect, it } from "vitest";
import { readTemplate } from "../../src/template/read-template.ts";
import { localAccount } from "../support/project-template.ts";

/** The value of a variable of the function, beside an API of SAM's form. */
function variableWith(value: string, { stage = "dev", parameters = "" } = {}): string | undefined {
  const text = `
${parameters}
Resources:
  Api:
    Type: AWS::Serverless::WebSocketApi
    Properties:
      StageName: ${stage}
      RouteSelectionExpression: $request.body.action
      Auth: { AuthType: CUSTOM, AuthArn: !GetAtt Fn.Arn }
      Routes:
        $connect: { FunctionArn: !GetAtt Fn.Arn }
        sendMessage: { FunctionArn: !GetAtt Fn.Arn }
  Fn:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: .
      Handler: index.handler
      Events: { Tick: { Type: Schedule, Properties: { Schedule: rate(1 day) } }, Web: { Type: Api, Properties: { Path: /, Method: get } } }
      Environment: { Variables: { X: ${value} } }
`;
  const { functions } = readTemplate({ file: "sam.yaml", text, parameters: {}, account: localAccount() });
  return functions[0]?.environment["X"];
}

describe("gw:template-21 what SAM makes for an API", () => {
  it.each([
    ["!Ref ApiConnectRoute", "ApiConnectRoute"],
    ["!GetAtt ApiConnectRoute.RouteId", "ApiConnectRoute"],
    ["!Ref ApiSendmessageRoute", "ApiSendmessageRoute"],
    ["!Ref ApiSendmessageIntegration", "ApiSendmessageIntegration"],
    ["!GetAtt ApiSendmessageIntegration.IntegrationId", "ApiSendmessageIntegration"],
    ["!Ref ApiConnectPermission", "ApiConnectPermission"],
    ["!Ref ApiConnectAuthorizer", "ApiConnectAuthorizer"],
    ["!GetAtt ApiConnectAuthorizer.AuthorizerId", "ApiConnectAuthorizer"],
    ["!Ref ApiAuthorizerPermission", "ApiAuthorizerPermission"],
    ["!Ref ApidevStage", "dev"],
    ["!Ref Api.Stage", "dev"],
    ['!Sub "wss://${Api}/${Api.Stage}"', "wss://a1b2c3d4e5/dev"],
    ['!Sub "${Api.ApiId}/${ApidevStage}"', "a1b2c3d4e5/dev"],
    ["!GetAtt Api.ApiEndpoint", "wss://a1b2c3d4e5.execute-api.us-east-1.amazonaws.com"],
  ])("has a name: %s", (value, expected) => {
    expect(variableWith(value)).toBe(expected);
  });

  it.each([
    ["default", "!Ref ApiDefaultStage", "default"],
    ["!Ref Stage", "!Ref ApiStage", "dev"],
  ])("has a stage with a logical id by the stage's name: %s", (stage, value, expected) => {
    expect(variableWith(value, { stage, parameters: "Parameters: { Stage: { Type: String, Default: dev } }" })).toBe(
      expected,
    );
  });

  it.each(["!Ref ApiOtherRoute", "!Ref ApiStage", "!Ref ApiDefaultRoute", "!Ref ApiConnect"])(
    "has no other name: %s",
    (value) => {
      expect(() => variableWith(value)).toThrow(/^sam\.yaml:\d+: there is no parameter or resource/);
    },
  );
});

describe("what SAM makes for a function", () => {
  it.each([
    ["!GetAtt FnRole.Arn", "arn:aws:iam::123456789012:role/FnRole"],
    ["!Ref FnTick", "FnTick"],
    ["!GetAtt FnTick.Arn", "arn:aws:events:us-east-1:123456789012:rule/FnTick"],
    ["!Ref FnTickPermission", "FnTickPermission"],
    ["!Ref FnWeb", "FnWeb"],
    ["!Ref ServerlessRestApi", "ServerlessRestApi"],
  ])("has a name: %s", (value, expected) => {
    expect(variableWith(value)).toBe(expected);
  });
});
