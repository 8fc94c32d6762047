import { type Condition, type ConditionContext, parseCondition } from "../iam/conditions.ts";
import { matchesWildcards } from "../iam/wildcards.ts";
import type { Section } from "./section.ts";
import type { Stack } from "./stack.ts";

/** One statement of an AWS::SQS::QueuePolicy about sending. */
export type QueuePolicy = {
  readonly effect: string;
  /** ARNs of the queues that the policy is attached to. */
  readonly queues: readonly string[];
  readonly resources: readonly string[];
  /** The names of services; `*` is every caller. */
  readonly principals: readonly string[];
  readonly conditions: readonly Condition[];
};

const SENDING = new Set(["sqs:SendMessage", "sqs:*", "*"]);
const EVENTBRIDGE = "events.amazonaws.com";

/** `true`, as for a caller with TLS, although no connection here is encrypted. */
const ALWAYS = [["aws:securetransport", "true"]] as const;

export function readQueuePolicies(stack: Stack): readonly QueuePolicy[] {
  return stack.resources.ofType("AWS::SQS::QueuePolicy").flatMap(({ properties }) => {
    const queues = attachedTo(properties, stack);
    return properties
      .section("PolicyDocument")
      .sections("Statement")
      .filter(isAboutSending)
      .map((statement) => ({
        effect: statement.text("Effect"),
        queues,
        resources: statement.texts("Resource"),
        principals: readPrincipals(statement),
        conditions: readConditions(statement.section("Condition")),
      }));
  });
}

function attachedTo(properties: Section, stack: Stack): readonly string[] {
  const urls = properties.texts("Queues");
  const queues = stack.resources.ofType("AWS::SQS::Queue").filter((queue) => urls.includes(stack.refOf(queue)));
  return queues.map((queue) => stack.arnOf(queue));
}

/** True if a service may send: a statement allows it, and none denies it. */
export function mayRuleSend(
  policies: readonly QueuePolicy[],
  { queueArn, ruleArn }: { readonly queueArn: string; readonly ruleArn: string },
): boolean {
  const context = new Map([
    ...ALWAYS,
    ["aws:principalisawsservice", "true"],
    ["aws:sourcearn", ruleArn],
    ["aws:sourceaccount", ruleArn.split(":")[4] ?? ""],
  ]);
  const about = policies.filter((policy) => concerns(policy, queueArn, EVENTBRIDGE) && holds(policy, context));
  return about.some(({ effect }) => effect === "Allow") && !about.some(({ effect }) => effect === "Deny");
}

/** True if a caller of the account may send: IAM allows it unless a statement denies it. */
export function mayPrincipalSend(
  policies: readonly QueuePolicy[],
  { queueArn, principalArn }: { readonly queueArn: string; readonly principalArn: string },
): boolean {
  const context = new Map([...ALWAYS, ["aws:principalisawsservice", "false"], ["aws:principalarn", principalArn]]);
  return !policies.some(
    (policy) => policy.effect === "Deny" && concerns(policy, queueArn, principalArn) && holds(policy, context),
  );
}

function concerns({ queues, resources, principals }: QueuePolicy, queueArn: string, principal: string): boolean {
  return (
    queues.includes(queueArn) &&
    resources.some((resource) => matchesWildcards(resource, queueArn)) &&
    principals.some((one) => one === principal || one === "*")
  );
}

function isAboutSending(statement: Section): boolean {
  return statement.texts("Action").some((action) => SENDING.has(action.replace(/^SQS:/i, "sqs:")));
}

function readPrincipals(statement: Section): readonly string[] {
  const [everybody] = statement.list("Principal");
  if (everybody === "*") return ["*"];
  const principal = statement.section("Principal");
  return [...principal.texts("Service"), ...principal.texts("AWS")];
}

function readConditions(conditions: Section): readonly Condition[] {
  return conditions.names.flatMap((operator) => {
    const keys = conditions.section(operator);
    return keys.names.map((key) => {
      const condition = parseCondition(operator, key, keys.list(key).map(String));
      if (condition === undefined) throw conditions.problem(operator, "is not emulated");
      return condition;
    });
  });
}

function holds({ conditions }: QueuePolicy, context: ConditionContext): boolean {
  return conditions.every(({ key, holdsFor }) => holdsFor(context.get(key)));
}
