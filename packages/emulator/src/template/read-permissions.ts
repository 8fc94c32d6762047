import { matchesWildcards } from "../iam/wildcards.ts";
import { parseFunctionReference } from "./function-reference.ts";
import type { Section } from "./section.ts";
import type { Stack } from "./stack.ts";

const API_GATEWAY = "apigateway.amazonaws.com";
const EVENTBRIDGE = "events.amazonaws.com";
const INVOKING: ReadonlySet<string> = new Set(["lambda:InvokeFunction", "lambda:*"]);

type Invocation = {
  /** The name of a service. */
  readonly principal: string;
  readonly functionName: string;
  /** A permission counts for one alias or version, or else for the function without any. */
  readonly qualifier?: string | undefined;
  /** The resource for which the service invokes the function. */
  readonly sourceArn: string;
};

/** True if an AWS::Lambda::Permission lets the rule invoke the function. */
export function mayRuleInvoke(
  stack: Stack,
  { ruleArn, ...invoked }: Pick<Invocation, "functionName" | "qualifier"> & { readonly ruleArn: string },
): boolean {
  return mayInvoke(stack, { principal: EVENTBRIDGE, ...invoked, sourceArn: ruleArn });
}

/** True if an AWS::Lambda::Permission lets API Gateway invoke the function for a route or an authorizer. */
export function mayApiInvoke(stack: Stack, invocation: Omit<Invocation, "principal">): boolean {
  return mayInvoke(stack, { principal: API_GATEWAY, ...invocation });
}

/** True if an AWS::Lambda::Permission lets a service invoke the function for the resource `sourceArn`. */
export function mayInvoke(stack: Stack, { principal, functionName, qualifier, sourceArn }: Invocation): boolean {
  return stack.resources.ofType("AWS::Lambda::Permission").some(({ properties }) => {
    const fn = parseFunctionReference(properties.text("FunctionName"));
    return (
      properties.text("Principal") === principal &&
      INVOKING.has(properties.text("Action")) &&
      !properties.flag("InvokedViaFunctionUrl") &&
      fn?.name === functionName &&
      fn.qualifier === qualifier &&
      allows(properties, "SourceArn", (source) => matchesWildcards(source, sourceArn)) &&
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
