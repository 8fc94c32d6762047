import { localCallerArn } from "../aws-account.ts";
import { mayPrincipalSend, readQueuePolicies } from "./queue-policies.ts";
import type { Stack } from "./stack.ts";

/** True if the queue's policy lets the caller with this access key send. */
export type MayCallerSend = (queueArn: string, accessKeyId: string) => boolean;

/**
 * Reads the permissions of the two callers: the functions, which share one process and so their roles, and one user for
 * all other callers.
 */
export function readCallers(stack: Stack): MayCallerSend {
  const policies = readQueuePolicies(stack);
  const roles = stack.functions.flatMap(({ properties }) => (properties.has("Role") ? properties.text("Role") : []));
  const { accountId, functionsAccessKeyId } = stack.account;
  return (queueArn, accessKeyId) => {
    const principals = accessKeyId === functionsAccessKeyId ? roles : [localCallerArn(accountId)];
    return principals.some((principalArn) => mayPrincipalSend(policies, { queueArn, principalArn }));
  };
}
