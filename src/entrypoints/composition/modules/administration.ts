import identityProviders from "#identity-providers" with { type: "json" };
import { ManagementApiEnder } from "../../../adapters/api-gateway-management/management-api-ender.ts";
import { boundedPolicy } from "../../../adapters/bounded-policy.ts";
import { issuerId } from "../../../adapters/issuer-id.ts";
import { RandomIds } from "../../../adapters/system/system.ts";
import { makeCarryOut } from "../../../application/endings/carry-out.ts";
import { makeCollectEnds } from "../../../application/endings/collect-ends.ts";
import { makeEndConnections } from "../../../application/endings/end-connections.ts";
import { makeEndPart } from "../../../application/endings/end-part.ts";
import { makePace } from "../../../application/endings/pace.ts";
import { makeReviewConnections } from "../../../application/endings/review-connections.ts";
import { ownProperty } from "../../../domain/plain-object.ts";
import type { IssuerId } from "../../../domain/token/token-facts.ts";
import { readMaxLifetimeSeconds } from "../max-lifetime.ts";
import { defineModule } from "../module.ts";
import { services } from "../services.ts";
import { managementApi, REQUESTS_AT_ONCE } from "./gateway.ts";

/**
 * Frames and DELETEs of one invocation. With eight invocations at once (MaximumConcurrency in the template) 2,000: a
 * fifth of a region's 10,000, and less than the 2,500 of the small regions.
 */
const REQUESTS_PER_SECOND = 250;

/** Ends connections: those whose time is over, and those that administrators end. */
export const administration = defineModule({
  settings: (settings) => ({
    maxLifetimeSeconds: readMaxLifetimeSeconds(settings),
    issuers: issuersOf(identityProviders, settings.optionalText("TOKEN_ISSUER")),
  }),
  services: (provide, { maxLifetimeSeconds, issuers }) => {
    provide(services.connectionEnder, { api: managementApi }, ({ api }) => new ManagementApiEnder(api));
    const shared = {
      clock: services.clock,
      logger: services.logger,
      endings: services.endingConnections,
      tasks: services.endingTasks,
    };
    provide(
      services.endPart,
      {
        ...shared,
        ender: services.connectionEnder,
        subscriptions: services.subscriptionStore,
        reviews: services.subscriptionReviews,
        policy: services.accessPolicy,
        timer: services.timer,
        backoff: services.backoff,
      },
      (deps) => {
        const pace = makePace(REQUESTS_PER_SECOND, deps);
        const endConnections = makeEndConnections({ ...deps, issuers, pace, concurrency: REQUESTS_AT_ONCE });
        const requests = { ...deps, pace, concurrency: REQUESTS_AT_ONCE };
        const policy = boundedPolicy(deps.policy);
        const reviewConnections = makeReviewConnections({ ...requests, policy, ids: new RandomIds() });
        return makeEndPart({ ...deps, endConnections, reviewConnections });
      },
    );
    provide(
      services.carryOut,
      {
        ...shared,
        endPart: services.endPart,
        connections: services.connectionStore,
        revocations: services.revocationList,
        administered: services.administeredAccess,
      },
      (deps) => makeCarryOut({ ...deps, maxLifetimeSeconds }),
    );
    provide(services.collectEnds, shared, makeCollectEnds);
  },
});

/** The texts of `iss` for the log, by the short names that records have. */
function issuersOf(document: { readonly issuers: readonly object[] }, one = ""): ReadonlyMap<IssuerId, string> {
  const named = document.issuers.map((issuer) => String(ownProperty({ ...issuer }, "issuer")));
  return new Map([...named, one].map((text) => [issuerId(text), text]));
}
