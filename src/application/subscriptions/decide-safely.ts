import type { AccessDecision, Requester } from "../../domain/grants/access-decision.ts";
import type { EntityId } from "../../domain/subscription/subscription.ts";
import type { EpochSeconds } from "../../domain/time.ts";
import { DependencyUnavailableError } from "../errors.ts";
import type { AccessPolicy } from "../ports/access-policy.ts";

/**
 * Asks the policy. It may be a deployer's own: anything but a decision is a fault, and a fault allows nothing. `undefined`
 * stands for a fault about one entity. Throws DependencyUnavailableError for one about all.
 */
export async function decideSafely(
  policy: AccessPolicy,
  requester: Requester,
  entityIds: readonly EntityId[],
  now: EpochSeconds,
): Promise<readonly (AccessDecision | undefined)[]> {
  if (entityIds.length === 0) return [];
  let decisions: readonly (AccessDecision | undefined)[];
  try {
    decisions = await policy.decide(requester, entityIds);
  } catch (cause) {
    if (cause instanceof DependencyUnavailableError) throw cause;
    throw new DependencyUnavailableError("ACCESS_POLICY", { cause });
  }
  if (!Array.isArray(decisions) || decisions.length !== entityIds.length) {
    throw new DependencyUnavailableError("ACCESS_POLICY");
  }
  return decisions.map((decision) => (isDecision(decision) ? stillInForce(decision, now) : undefined));
}

/** A grant whose end has come allows nothing: its row would be acknowledged, and never heard. */
function stillInForce(decision: AccessDecision, now: EpochSeconds): AccessDecision {
  const hasEnded = decision.kind === "allowed" && decision.until !== undefined && decision.until <= now;
  return hasEnded ? { kind: "denied", rule: "GRANT_ENDED" } : decision;
}

function isDecision(decision: AccessDecision | undefined): decision is AccessDecision {
  if (decision?.kind === "denied") return true;
  return decision?.kind === "allowed" && (decision.until === undefined || Number.isFinite(decision.until));
}
