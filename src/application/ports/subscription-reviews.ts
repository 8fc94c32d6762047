import type { ConnectionId } from "../../domain/connection/connection.ts";
import type { Seq } from "../../domain/connection/seq.ts";
import type { AccessDecision, DeniedAccess, Requester } from "../../domain/grants/access-decision.ts";
import type { EntityPattern } from "../../domain/grants/grant.ts";
import type { EntityId } from "../../domain/subscription/subscription.ts";
import type { EpochSeconds } from "../../domain/time.ts";

export type DecideAgain = (
  requester: Requester,
  entityIds: readonly EntityId[],
) => Promise<readonly (AccessDecision | undefined)[]>;

/** Subscriptions that a review ended, and of which the client was not told yet. */
export type EndedByReview = {
  readonly ended: readonly { readonly entityId: EntityId; readonly decision: string }[];
  /** The greatest `seq` of the connection when the last of them ended. */
  readonly seq?: Seq | undefined;
  /** Tells this note from a later one. */
  readonly revision: number;
};

export type ReviewOutcome = {
  /** What the client is to be told, from this review and from earlier ones that were interrupted. */
  readonly untold?: EndedByReview | undefined;
  /** What this review ended, for the log. */
  readonly denied: readonly { readonly entityId: EntityId; readonly denial: DeniedAccess }[];
  readonly userId?: Requester["userId"] | undefined;
};

/**
 * Looks at the subscriptions of a connection again, when grants may have changed. Every call responds within five
 * seconds, or throws DependencyUnavailableError. Every call may be repeated.
 */
export interface SubscriptionReviews {
  /**
   * Decides anew about the connection's subscriptions that the pattern includes, or about all. One that is denied is
   * gone afterwards, and noted as untold; one that is allowed ends when its decision says. A `subscribe` that read the
   * grants before this call either was seen by it, or reads them again. Nothing is to be done for a connection that is
   * not live. `decision` names what this review decides.
   */
  review(
    connectionId: ConnectionId,
    now: EpochSeconds,
    rules: { readonly pattern?: EntityPattern | undefined; readonly decide: DecideAgain; readonly decision: string },
  ): Promise<ReviewOutcome>;
  /** Forgets the note, unless it has changed: the client was told. */
  forgetUntold(connectionId: ConnectionId, told: EndedByReview): Promise<void>;
}
