import type { AccessPolicy } from "../application/ports/access-policy.ts";
import { withinDeadline } from "./deadline.ts";

/** The time that the port gives a policy. */
const POLICY_MILLIS = 2000;

/** The policy, which may be a deployer's own, kept to its time: rejects with a TimeoutError when it is over. */
export function boundedPolicy(policy: AccessPolicy, millis = POLICY_MILLIS): AccessPolicy {
  return { decide: (requester, entityIds) => withinDeadline(millis, () => policy.decide(requester, entityIds)) };
}
