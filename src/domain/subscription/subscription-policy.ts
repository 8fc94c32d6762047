import type { Grants } from "../identity/grants.ts";
import type { UserId } from "../identity/identity.ts";
import type { EntityId } from "./subscription.ts";

/** The user who asks for a subscription, and the grants of the token. */
export type Requester = { readonly userId: UserId; readonly grants: Grants };

export type SubscriptionDenial = { readonly kind: "denied"; readonly reason: "NOT_GRANTED" };

export type SubscriptionVerdict = { readonly kind: "allowed" } | SubscriptionDenial;

/**
 * Decides whether a user may subscribe to an entity. `makeSubscribe` asks the policy before the store, so a denial
 * writes nothing.
 */
export type SubscriptionPolicy = (requester: Requester, entityId: EntityId) => SubscriptionVerdict;

/** Every connected user may subscribe to every entity. A rule of your own belongs here. */
export const allowEverySubscription: SubscriptionPolicy = () => ({ kind: "allowed" });
