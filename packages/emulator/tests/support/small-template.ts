import { readTemplate } from "../../src/template/read-template.ts";
import type { StackDescription } from "../../src/template/stack-description.ts";
import { localAccount } from "./project-template.ts";

/** A template with an API, the function `Fn`, and resources of the test's own, each in a line of YAML's flow style. */
export function smallTemplate(...resources: readonly string[]): string {
  const [api, fn] = [
    "Api: { Type: AWS::Serverless::WebSocketApi, Properties: { StageName: dev, RouteSelectionExpression: $request.body.action, Routes: { $default: { FunctionArn: !GetAtt Fn.Arn } } } }",
    "Fn: { Type: AWS::Serverless::Function, Properties: { CodeUri: ., Handler: index.handler } }",
  ];
  const own = resources.some((resource) => resource.startsWith("Fn:")) ? [] : [fn];
  return ["Resources:", ...[api, ...own, ...resources].map((line) => `  ${line}`), ""].join("\n");
}

export function describeSmallTemplate(...resources: readonly string[]): StackDescription {
  const text = smallTemplate(...resources);
  return readTemplate({ file: "small.yaml", text, parameters: {}, account: localAccount() });
}
