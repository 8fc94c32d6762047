// The emulator with functions that do the least: an authorizer that verifies the token as the bare server does,
// `$connect`, `$disconnect`, and a route that sends the message back. Sends its port.
import { type LambdaHandler, runTemplate } from "@portcullis/emulator";
import { announce } from "./announce.ts";
import { QUOTAS } from "./quotas.ts";
import { verifyToken } from "./verify-token.ts";

const text = `
Resources:
  Api:
    Type: AWS::Serverless::WebSocketApi
    Properties:
      StageName: dev
      RouteSelectionExpression: $request.body.action
      Auth: { AuthType: CUSTOM, AuthArn: !GetAtt Authorizer.Arn }
      Routes:
        $connect: { FunctionArn: !GetAtt Connect.Arn }
        $disconnect: { FunctionArn: !GetAtt Disconnect.Arn }
        $default: { FunctionArn: !GetAtt Echo.Arn, RouteResponseSelectionExpression: $default }
  Response:
    Type: AWS::ApiGatewayV2::RouteResponse
    Properties: { ApiId: !Ref Api, RouteId: !Ref ApiDefaultRoute, RouteResponseKey: $default }
${["Authorizer", "Connect", "Disconnect", "Echo"]
  .map((id) => `  ${id}: { Type: AWS::Serverless::Function, Properties: { CodeUri: ., Handler: index.handler } }`)
  .join("\n")}
`;

type Handshake = { readonly methodArn: string; readonly queryStringParameters: { readonly access_token: string } };

async function authorizer({ methodArn, queryStringParameters }: Handshake): Promise<unknown> {
  await verifyToken(queryStringParameters.access_token);
  const Statement = [{ Action: "execute-api:Invoke", Effect: "Allow", Resource: methodArn }];
  return { principalId: "ann", policyDocument: { Version: "2012-10-17", Statement } };
}

const accept = async () => ({ statusCode: 200 });
const echo = async ({ body }: { readonly body: string }) => ({ statusCode: 200, body });
const handlers = new Map<string, LambdaHandler>([
  ["Authorizer", authorizer],
  ["Connect", accept],
  ["Disconnect", accept],
  ["Echo", echo],
]);

const { port } = await runTemplate({
  template: { text, file: "small-api.yaml" },
  loadFunction: ({ logicalId }) => handlers.get(logicalId) ?? accept,
  quotas: QUOTAS,
});
announce(port);
