import { matchesWildcards } from "../iam/wildcards.ts";
import { parseFunctionReference } from "./function-reference.ts";
import type { Section } from "./section.ts";
import type { Stack } from "./stack.ts";

const API_GATEWAY = "apigateway.amazonaws.com";
const EVENTBRIDGE = "events.amazonaws.com";
const INVOKING: ReadonlySet<string> = new Set(["lambda:InvokeFunction", "lambda:*"]);

/** True if an AWS::Lambda::Permission lets the rule invoke the function. */
export function mayRuleInvoke(stack: Stack, { ruleArn, ...fn }: Invoked & { readonly ruleArn: string }): boolean {
  return mayInvoke(stack, fn, { principal: EVENTBRIDGE, sourceArn: ruleArn });
}

/** True if an AWS::Lambda::Permission lets API Gateway invoke the function from the route or authorizer. */
export function mayApiInvoke(stack: Stack, { sourceArn, ...fn }: Invoked & { readonly sourceArn: string }): boolean {
  return mayInvoke(stack, fn, { principal: API_GATEWAY, sourceArn });
}

/** A permission counts for one alias or version, or for the function without any. */
type Invoked = { readonly functionName: string; readonly qualifier?: string | undefined };

function mayInvoke(
  stack: Stack,
  { functionName, qualifier }: Invoked,
  caller: { readonly principal: string; readonly sourceArn: string },
): boolean {
  return stack.resources.ofType("AWS::Lambda::Permission").some(({ properties }) => {
    const fn = parseFunctionReference(properties.text("FunctionName"));
    return (
      properties.text("Principal") === caller.principal &&
      INVOKING.has(properties.text("Action")) &&
      !properties.flag("InvokedViaFunctionUrl") &&
      fn?.name === functionName &&
      fn.qualifier === qualifier &&
      allows(properties, "SourceArn", (source) => matchesWildcards(source, caller.sourceArn)) &&
      allows(properties, "SourceAccount", (source) => source === stack.account.accountId)
    );
  });
}

/**
 * True if permissions let everybody invoke the function by its URL. Since October 2025 Lambda asks for two of them
 * (developer guide, "Control access to Lambda function URLs").
 */
export function isUrlPublic(stack: Stack, functionName: string): boolean {
  const open = stack.resources
    .ofType("AWS::Lambda::Permission")
    .map(({ properties }) => properties)
    .filter((permission) => permission.text("Principal") === "*" && nameIn(permission) === functionName);
  const ofUrl = open.filter((permission) => permission.text("FunctionUrlAuthType", "NONE") === "NONE");
  return (
    ofUrl.some((permission) => permission.text("Action") === "lambda:InvokeFunctionUrl") &&
    open.some((permission) => INVOKING.has(permission.text("Action")))
  );
}

function nameIn(permission: Section): string | undefined {
  return parseFunctionReference(permission.text("FunctionName"))?.name;
}

function allows(permission: Section, name: string, isMet: (value: string) => boolean): boolean {
  return !permission.has(name) || isMet(permission.text(name));
}
