import type { Grants } from "../identity/grants.ts";
import type { UserId } from "../identity/identity.ts";
import type { EntityId } from "./subscription.ts";

/** Who asks for a subscription: the user, and what the token grants. */
export type Requester = { readonly userId: UserId; readonly grants: Grants };

export type SubscriptionDenial = { readonly kind: "denied"; readonly reason: "NOT_GRANTED" };

export type SubscriptionVerdict = { readonly kind: "allowed" } | SubscriptionDenial;

/** Who may subscribe to which entity. `makeSubscribe` asks before it asks the store; a denial writes nothing. */
export type SubscriptionPolicy = (requester: Requester, entityId: EntityId) => SubscriptionVerdict;

/** Every connected user may subscribe to every entity. A rule of your own belongs here. */
export const allowEverySubscription: SubscriptionPolicy = () => ({ kind: "allowed" });
