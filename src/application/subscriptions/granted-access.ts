import { type AccessDecision, type AccessVerdict, decideAccess } from "../../domain/grants/access-decision.ts";
import type { AccessList } from "../../domain/grants/access-list.ts";
import type { DefaultGrants } from "../../domain/grants/default-grants.ts";
import { toEpochSeconds } from "../../domain/time.ts";
import type { AccessPolicy } from "../ports/access-policy.ts";
import type { AdministeredAccess } from "../ports/administered-access.ts";
import type { Clock } from "../ports/system.ts";

/**
 * Follows the grants of token, deployment and administrators. The administrators' list is read once for all entities of
 * a request, and only if token and deployment do not allow one of them.
 */
export function makeGrantedAccess(deps: {
  readonly defaultGrants: DefaultGrants;
  readonly administered: Pick<AdministeredAccess, "entriesOf">;
  readonly clock: Clock;
}): AccessPolicy {
  const { defaultGrants, administered, clock } = deps;
  return {
    async decide(requester, entityIds) {
      const decideWith = (list: AccessList | undefined) =>
        entityIds.map((entityId) => {
          const now = toEpochSeconds(clock.now());
          return decideAccess({ requester, verb: "subscribe", entityId }, { defaultGrants, list, now });
        });
      const verdicts = decideWith(undefined);
      if (verdicts.every(isDecision)) return verdicts;
      return decideWith(await administered.entriesOf(requester.userId)).filter(isDecision);
    },
  };
}

function isDecision(verdict: AccessVerdict): verdict is AccessDecision {
  return verdict.kind !== "undecided";
}
