import { matchesWildcards } from "../iam/wildcards.ts";
import type { Section } from "./section.ts";
import type { Stack } from "./stack.ts";

const EVENTBRIDGE = "events.amazonaws.com";
const INVOKING: ReadonlySet<string> = new Set(["lambda:InvokeFunction", "lambda:*"]);

/** True if an AWS::Lambda::Permission lets the rule invoke the function. */
export function mayRuleInvoke(stack: Stack, { functionName, ruleArn }: { functionName: string; ruleArn: string }) {
  return mayInvoke(stack, { principal: EVENTBRIDGE, functionName, sourceArn: ruleArn });
}

/** True if an AWS::Lambda::Permission lets a service invoke the function for the resource `sourceArn`. */
export function mayInvoke(
  stack: Stack,
  { principal, functionName, sourceArn }: { principal: string; functionName: string; sourceArn: string },
): boolean {
  return stack.resources
    .ofType("AWS::Lambda::Permission")
    .some(
      ({ properties }) =>
        properties.text("Principal") === principal &&
        INVOKING.has(properties.text("Action")) &&
        !properties.flag("InvokedViaFunctionUrl") &&
        nameIn(properties) === functionName &&
        allows(properties, "SourceArn", (source) => matchesWildcards(source, sourceArn)) &&
        allows(properties, "SourceAccount", (source) => source === stack.account.accountId),
    );
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

/** The name of the function, which may be given by its ARN. */
function nameIn(permission: Section): string | undefined {
  return permission.text("FunctionName").split(":function:").at(-1);
}

function allows(permission: Section, name: string, isMet: (value: string) => boolean): boolean {
  return !permission.has(name) || isMet(permission.text(name));
}
