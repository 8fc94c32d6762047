import type { AccessDecision, Requester } from "../../domain/grants/access-decision.ts";
import type { EntityId } from "../../domain/subscription/subscription.ts";

/**
 * Decides who may follow what. `GrantedAccess` is the product's own; another one replaces it in the module `access`
 * (docs/access.md). It is asked once for each request, with all entities that the request names, and again when the
 * connection has changed meanwhile, when administrators change the user's access, and when a token is renewed.
 *
 * Responds with one decision for each entity, in their order, within two seconds, or throws. A fault, a late answer and
 * anything but a decision allow nothing: the client is told INTERNAL. `undefined` is a fault that concerns one entity
 * alone. `until` ends the subscription by itself. All other facts behind a decision are looked at again only at these
 * moments.
 */
export interface AccessPolicy {
  decide(requester: Requester, entityIds: readonly EntityId[]): Promise<readonly (AccessDecision | undefined)[]>;
}
