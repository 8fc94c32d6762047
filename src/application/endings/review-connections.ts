import type { ConnectionId } from "../../domain/connection/connection.ts";
import type { ReviewOrder } from "../../domain/connection/ending-order.ts";
import type { PostOutcome } from "../../domain/notification/post-outcome.ts";
import { type EpochMillis, toEpochSeconds } from "../../domain/time.ts";
import { faultFields } from "../fault-fields.ts";
import type { AccessPolicy } from "../ports/access-policy.ts";
import type { ConnectionEnder } from "../ports/connection-ender.ts";
import type { Logger } from "../ports/logger.ts";
import type { EndedByReview, SubscriptionReviews } from "../ports/subscription-reviews.ts";
import type { UniqueIds } from "../ports/system.ts";
import { makeSemaphore } from "../push/semaphore.ts";
import { decideSafely } from "../subscriptions/decide-safely.ts";
import { denialTexts } from "../subscriptions/denial-texts.ts";
import type { EndedBatch } from "./end-connections.ts";
import { newEndingTally } from "./ending-report.ts";
import { makeSendRequest, type RequestDependencies } from "./requests.ts";

export type ReviewBatch = {
  /** `MAX_ENDED_AT_ONCE` at most. */
  readonly ids: readonly ConnectionId[];
  readonly order: ReviewOrder;
  /** No request is repeated after it. */
  readonly deadline: EpochMillis;
};

/**
 * Decides anew about subscriptions of connections, ends those that are no longer allowed, and tells the clients when the
 * rows are gone. The outcome of one connection changes nothing for another. Never rejects.
 */
export type ReviewConnections = (batch: ReviewBatch) => Promise<EndedBatch>;

/** A review reads and writes all that a connection follows. */
const REVIEWS_AT_ONCE = 10;

/** The most subscriptions in one frame: of the longest names they fill half of what a frame may hold. */
const ENDED_IN_A_FRAME = 200;

export function makeReviewConnections(
  deps: RequestDependencies & {
    readonly reviews: SubscriptionReviews;
    readonly policy: AccessPolicy;
    readonly ender: Pick<ConnectionEnder, "prepareEnded">;
    readonly ids: UniqueIds;
    readonly logger: Logger;
  },
): ReviewConnections {
  const { reviews, policy, ender, ids: uniqueIds, clock, logger } = deps;
  const sendRequest = makeSendRequest(deps);
  const inTurn = makeSemaphore(REVIEWS_AT_ONCE);
  return async ({ ids, order, deadline }) => {
    const counts = newEndingTally();
    const left: ConnectionId[] = [];
    await Promise.all(ids.map((id) => inTurn(() => review(id))));
    return { ...counts, left, found: "open" };

    async function review(id: ConnectionId): Promise<void> {
      try {
        const untold = await decideAnew(id);
        if (untold !== undefined && !(await tell(id, untold))) left.push(id);
      } catch (thrown) {
        left.push(id);
        logger.warn("connection not reviewed", { connectionId: id, ...faultFields(thrown) });
      }
    }

    async function decideAnew(id: ConnectionId): Promise<EndedByReview | undefined> {
      const decision = uniqueIds.next();
      const { untold, denied, userId } = await reviews.review(id, toEpochSeconds(clock.now()), {
        pattern: order.kind === "access" ? order.change.pattern : undefined,
        decide: (requester, entityIds) => decideSafely(policy, requester, entityIds, toEpochSeconds(clock.now())),
        decision,
      });
      if (denied.length > 0) {
        counts.ended += denied.length;
        logger.info("access ended", {
          ...{ decision, connectionId: id, ...(userId !== undefined && { userId }) },
          ...(order.kind === "access" && { eventId: order.eventId }),
          denials: denialTexts(denied.map(({ entityId, denial }) => ({ entityId, ...denial }))),
        });
      }
      return untold;
    }

    /** False if the client may not know yet. One whose socket is closed needs to know nothing. */
    async function tell(id: ConnectionId, untold: EndedByReview): Promise<boolean> {
      for (let told = 0; told < untold.ended.length; told += ENDED_IN_A_FRAME) {
        const ended = untold.ended.slice(told, told + ENDED_IN_A_FRAME);
        const send = ender.prepareEnded({ ended, seq: untold.seq });
        const request = { send: () => send(id), isWorthRepeating: isBusy, deadline };
        const outcome = await sendRequest(request, () => {
          counts.throttled += 1;
        });
        if (outcome === "gone") counts.gone += 1;
        else if (outcome !== "delivered") return false;
      }
      await reviews.forgetUntold(id, untold);
      return true;
    }
  };
}

function isBusy(outcome: PostOutcome): boolean {
  return outcome === "throttled" || outcome === "failed";
}
