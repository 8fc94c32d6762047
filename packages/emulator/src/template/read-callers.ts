import { FUNCTIONS_ACCESS_KEY, LOCAL_CALLER_ARN } from "../aws-account.ts";
import { mayPrincipalSend, readQueuePolicies } from "./queue-policies.ts";
import type { Stack } from "./stack.ts";

/** Whether the queue's policy lets the caller with this access key send. */
export type MayCallerSend = (queueArn: string, accessKeyId: string) => boolean;

/**
 * There are two callers here: the functions, which share one process and so their roles, and one user for all other
 * callers.
 */
export function readCallers(stack: Stack): MayCallerSend {
  const policies = readQueuePolicies(stack);
  const roles = stack.resources
    .ofType("AWS::Serverless::Function")
    .flatMap(({ properties }) => (properties.has("Role") ? properties.text("Role") : []));
  return (queueArn, accessKeyId) => {
    const principals = accessKeyId === FUNCTIONS_ACCESS_KEY ? roles : [LOCAL_CALLER_ARN];
    return principals.some((principalArn) => mayPrincipalSend(policies, { queueArn, principalArn }));
  };
}
