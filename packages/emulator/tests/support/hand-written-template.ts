// biome-ignore-all lint/suspicious/noTemplateCurlyInString: Fn::Sub has such placeholders.
import { readTemplate } from "../../src/template/read-template.ts";
import type { StackDescription } from "../../src/template/stack-description.ts";
import { localAccount } from "./project-template.ts";

const API = "ApiId: !Ref Api";
export const INVOCATIONS = "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions";

/** The resources of an API in CloudFormation's own form, each in a line of YAML's flow style, by logical id. */
const RESOURCES: Readonly<Record<string, string>> = {
  Api: "Type: AWS::ApiGatewayV2::Api, Properties: { Name: chat, ProtocolType: WEBSOCKET, RouteSelectionExpression: $request.body.action }",
  Fn: "Type: AWS::Serverless::Function, Properties: { CodeUri: ., Handler: index.handler, Runtime: nodejs22.x }",
  Auth: "Type: AWS::Serverless::Function, Properties: { CodeUri: ., Handler: auth.handler, Runtime: nodejs22.x }",
  Authorizer: `Type: AWS::ApiGatewayV2::Authorizer, Properties: { ${API}, Name: a, AuthorizerType: REQUEST, IdentitySource: [route.request.querystring.token], AuthorizerUri: !Sub "${INVOCATIONS}/\${Auth.Arn}/invocations" }`,
  Integration: `Type: AWS::ApiGatewayV2::Integration, Properties: { ${API}, IntegrationType: AWS_PROXY, IntegrationUri: !Sub "${INVOCATIONS}/\${Fn.Arn}/invocations" }`,
  Connect: `Type: AWS::ApiGatewayV2::Route, Properties: { ${API}, RouteKey: $connect, AuthorizationType: CUSTOM, AuthorizerId: !Ref Authorizer, Target: !Sub "integrations/\${Integration}" }`,
  Send: `Type: AWS::ApiGatewayV2::Route, Properties: { ${API}, RouteKey: send-message, Target: !Join [/, [integrations, !Ref Integration]] }`,
  SendResponse: `Type: AWS::ApiGatewayV2::RouteResponse, Properties: { ${API}, RouteId: !Ref Send, RouteResponseKey: $default }`,
  Deployment: `Type: AWS::ApiGatewayV2::Deployment, DependsOn: [Connect, Send], Properties: { ${API} }`,
  Stage: `Type: AWS::ApiGatewayV2::Stage, Properties: { ${API}, StageName: dev, DeploymentId: !Ref Deployment }`,
  MayInvoke:
    'Type: AWS::Lambda::Permission, Properties: { Action: lambda:InvokeFunction, FunctionName: !Ref Fn, Principal: apigateway.amazonaws.com, SourceArn: !Sub "arn:aws:execute-api:${AWS::Region}:${AWS::AccountId}:${Api}/*" }',
  MayAuthorize:
    'Type: AWS::Lambda::Permission, Properties: { Action: lambda:InvokeFunction, FunctionName: !Ref Auth, Principal: apigateway.amazonaws.com, SourceArn: !Sub "arn:aws:execute-api:${AWS::Region}:${AWS::AccountId}:${Api}/authorizers/${Authorizer}" }',
};

type Changes = Readonly<Record<string, string | undefined | ((resource: string) => string)>>;

/** The template with resources replaced, added, changed or, if undefined, left out. */
export function handWrittenTemplate(changes: Changes = {}): string {
  const ids = [...new Set([...Object.keys(RESOURCES), ...Object.keys(changes)])];
  const lines = ids.flatMap((id) => {
    const own = RESOURCES[id] ?? "";
    const change = id in changes ? changes[id] : own;
    const resource = typeof change === "function" ? change(own) : change;
    if (typeof change === "function" && resource === own) throw new Error(`${id} is not changed`);
    return resource === undefined ? [] : [`  ${id}: { ${resource} }`];
  });
  return ["Resources:", ...lines, ""].join("\n");
}

export function describeHandWritten(changes: Changes = {}): StackDescription {
  return readTemplate({
    file: "api.yaml",
    text: handWrittenTemplate(changes),
    parameters: {},
    account: localAccount(),
  });
}
