import { parseTemplate, type Section, Stack } from "@portcullis/emulator/template";
import { localAccount, projectTemplate, TEMPLATE } from "../../packages/emulator/tests/support/project-template.ts";

/** What every role has beside its own: its log group, and what a service does in its name. */
const NOT_THE_HANDLERS = /^(logs:|sqs:(ReceiveMessage|DeleteMessage|GetQueueAttributes) )/;

/** What a function's role allows its handler: `dynamodb:PutItem WebsocketTable`. */
export function permissionsOf(functionName: string): readonly string[] {
  const stack = new Stack(parseTemplate(TEMPLATE, projectTemplate()), { MintTestTokens: "true" }, localAccount());
  const role = stack.resources.find(`${functionName}Role`);
  if (role === undefined) throw new Error(`${functionName} has no role`);
  return role.properties
    .sections("Policies")
    .flatMap((policy) => policy.section("PolicyDocument").sections("Statement"))
    .flatMap(permissions)
    .filter((permission) => !NOT_THE_HANDLERS.test(permission))
    .toSorted();
}

function permissions(statement: Section): readonly string[] {
  return statement
    .texts("Action")
    .flatMap((action) => statement.texts("Resource").map((resource) => `${action} ${logicalName(resource)}`));
}

/** An ARN by the name in it; of resources without an ARN here, the logical id before `.Arn`. */
function logicalName(resource: string): string {
  const connections = resource.match(/(GET|POST|DELETE)\/@connections\/\*$/);
  return connections?.[0] ?? (resource.split(":").at(-1) ?? "").replace(".Arn", "");
}
