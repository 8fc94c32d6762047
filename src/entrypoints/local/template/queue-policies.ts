import type { Section } from "./section.ts";
import type { Stack } from "./stack.ts";

/** One statement of an AWS::SQS::QueuePolicy that lets EventBridge send. */
export type QueuePolicy = {
  /** ARNs of the queues that the policy is attached to. */
  readonly queues: readonly string[];
  readonly resources: readonly string[];
  readonly sourceArns: readonly string[] | undefined;
};

const SENDING = new Set(["sqs:SendMessage", "sqs:*", "*"]);
const EVENTBRIDGE = "events.amazonaws.com";

/** Only what EventBridge needs is judged; statements with conditions other than aws:SourceArn's and account's allow nothing. */
export function readQueuePolicies(stack: Stack): readonly QueuePolicy[] {
  return stack.resources.ofType("AWS::SQS::QueuePolicy").flatMap(({ properties }) => {
    const queues = attachedTo(properties, stack);
    return properties
      .section("PolicyDocument")
      .sections("Statement")
      .filter((statement) => statement.text("Effect") === "Allow" && letsEventBridgeSend(statement))
      .map((statement) => ({
        queues,
        resources: statement.texts("Resource"),
        sourceArns: readSourceArns(statement),
      }));
  });
}

function attachedTo(properties: Section, stack: Stack): readonly string[] {
  const urls = properties.texts("Queues");
  const queues = stack.resources.ofType("AWS::SQS::Queue").filter((queue) => urls.includes(stack.refOf(queue)));
  return queues.map((queue) => stack.arnOf(queue));
}

export function maySend(
  policies: readonly QueuePolicy[],
  { queueArn, ruleArn }: { readonly queueArn: string; readonly ruleArn: string },
): boolean {
  return policies.some(
    ({ queues, resources, sourceArns }) =>
      queues.includes(queueArn) &&
      resources.some((resource) => resource === queueArn || resource === "*") &&
      (sourceArns === undefined || sourceArns.some((pattern) => matches(pattern, ruleArn))),
  );
}

function letsEventBridgeSend(statement: Section): boolean {
  const actions = statement.texts("Action").map((action) => action.replace(/^SQS:/i, "sqs:"));
  if (!actions.some((action) => SENDING.has(action))) return false;
  return statement.section("Principal").texts("Service").includes(EVENTBRIDGE);
}

function readSourceArns(statement: Section): readonly string[] | undefined {
  if (!statement.has("Condition")) return undefined;
  const condition = statement.section("Condition");
  const arns = ["ArnEquals", "ArnLike", "StringEquals", "StringLike"].flatMap((operator) =>
    condition.section(operator).texts("aws:SourceArn"),
  );
  const namesAccount = ["StringEquals", "StringLike"].some((operator) =>
    condition.section(operator).has("aws:SourceAccount"),
  );
  return arns.length === 0 && namesAccount ? undefined : arns;
}

function matches(pattern: string, arn: string): boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${source}$`).test(arn);
}
