import { parseTemplate, type Section, Stack } from "@portcullis/emulator/template";
import {
  EVERY_FUNCTION,
  localAccount,
  projectTemplate,
  TEMPLATE,
} from "../../packages/emulator/tests/support/project-template.ts";

/** Permissions that no handler uses: the log group, and calls that a service makes with the role's permissions. */
const NOT_THE_HANDLERS = /^(logs:|sqs:(ReceiveMessage|DeleteMessage|GetQueueAttributes) )/;

/** The permissions of a function's role for its handler: `dynamodb:PutItem WebsocketTable`. */
export function permissionsOf(functionName: string): readonly string[] {
  const stack = new Stack(parseTemplate(TEMPLATE, projectTemplate()), EVERY_FUNCTION, localAccount());
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

/** The name in an ARN; for `!GetAtt X.Arn`, the logical id X. */
function logicalName(resource: string): string {
  const connections = resource.match(/(GET|POST|DELETE)\/@connections\/\*$/);
  return connections?.[0] ?? (resource.split(":").at(-1) ?? "").replace(/^table\//, "").replace(".Arn", "");
}
