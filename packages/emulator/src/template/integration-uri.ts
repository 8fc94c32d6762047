import type { Section } from "./section.ts";

const INVOCATIONS = /^arn:[^:]*:apigateway:[^:]*:lambda:path\/2015-03-31\/functions\/(.+)\/invocations$/;

/**
 * The ARN of the function in the URI of an integration or an authorizer. It is the path of Lambda's Invoke API, or the
 * ARN alone. Throws TemplateError if a stage variable decides.
 */
export function functionArnIn(properties: Section, name: "AuthorizerUri" | "IntegrationUri"): string {
  const uri = properties.text(name);
  if (uri.includes("${stageVariables.")) {
    throw properties.problem(name, "has a stage variable in it: the emulator invokes the same function on each stage");
  }
  return INVOCATIONS.exec(uri)?.[1] ?? uri;
}
