import type { Connection, ConnectionId } from "../../domain/connection/connection.ts";
import { endSlot } from "../../domain/connection/ending.ts";
import { isReviewOrder } from "../../domain/connection/ending-order.ts";
import { type EndingPart, type EndingTask, MAX_ENDED_AT_ONCE } from "../../domain/connection/ending-task.ts";
import { MalformedInputError } from "../../domain/errors.ts";
import { MAX_ATTEMPTS } from "../../domain/notification/delivery.ts";
import type { EpochMillis } from "../../domain/time.ts";
import { faultFields } from "../fault-fields.ts";
import type { EndingTasks } from "../ports/ending-tasks.ts";
import type { Logger } from "../ports/logger.ts";
import type { Clock } from "../ports/system.ts";
import type { EndConnections, EndingBatch } from "./end-connections.ts";
import { type EndingReport, newEndingTally } from "./ending-report.ts";
import { makeLeftovers } from "./leftover-tasks.ts";
import type { ReviewConnections } from "./review-connections.ts";

/** The ids of one page of a part, and the rest of the part. */
export type IdPage = { readonly ids: readonly ConnectionId[]; readonly rest?: EndingPart };

export type PartToEnd = {
  readonly task: EndingTask;
  /** Reads the first page of a part. */
  readonly read: (part: EndingPart) => Promise<IdPage>;
  /** No page is read and no connection claimed after this time. */
  readonly deadline: EpochMillis;
  readonly whatHasEnded: EndingBatch["whatHasEnded"];
};

/**
 * Ends the connections of a part, page by page, and makes tasks of what is left. Throws DependencyUnavailableError only
 * if a task could not be made: then the whole task must return to its queue.
 */
export type EndPart = (toEnd: PartToEnd) => Promise<EndingReport>;

/** A batch takes over a second, which is mostly waiting. */
const BATCHES_AT_ONCE = 4;

export function makeEndPart(deps: {
  readonly endConnections: EndConnections;
  readonly reviewConnections: ReviewConnections;
  readonly tasks: EndingTasks;
  readonly clock: Clock;
  readonly logger: Logger;
}): EndPart {
  return async ({ task, read, deadline, whatHasEnded }) => {
    const tally = newEndingTally();
    const leftovers = makeLeftovers(deps.tasks, tally);
    const isLastAttempt = task.attempt === MAX_ATTEMPTS - 1;
    const failed: ConnectionId[] = [];
    const underWay = new Set<Promise<void>>();
    /**
     * A renewal that was taken back may have moved a connection's end out of the slots of this part. If this invocation is
     * interrupted, its message does not find the connection again: a second message names it.
     */
    const beforeClaims = async (open: readonly Connection[]) => {
      const moved = open.flatMap((one) => (isFoundAgain(task.part, one) ? [] : one.id));
      if (moved.length > 0) await leftovers.insure({ ...task, attempt: 0 }, moved);
    };
    /** Until a connection is found, another task may be at work here. */
    let mode = whatHasEnded;

    const endBatch = async (ids: readonly ConnectionId[]): Promise<boolean> => {
      const { order, cut } = task;
      const { left, found, ...counts } = isReviewOrder(order)
        ? await deps.reviewConnections({ ids, order, deadline })
        : await deps.endConnections({ ids, order, cut, deadline, whatHasEnded: mode, beforeClaims, isLastAttempt });
      failed.push(...left);
      for (const name of ["ended", "gone", "throttled"] as const) tally[name] += counts[name];
      if (found === "open" && mode === "stop") mode = "leave";
      return found === "another-task";
    };

    let rest: EndingPart | undefined = task.part;
    let waiting: readonly ConnectionId[] = [];
    let fault: { readonly thrown: unknown } | undefined;
    let pages = 0;
    while (deps.clock.now() < deadline && (rest !== undefined || waiting.length > 0)) {
      if (rest !== undefined && waiting.length < MAX_ENDED_AT_ONCE && fault === undefined) {
        const page: IdPage | { readonly thrown: unknown } = await read(rest).catch((thrown: unknown) => ({ thrown }));
        if ("thrown" in page) fault = page;
        else {
          waiting = [...waiting, ...page.ids];
          rest = page.rest;
          pages += 1;
        }
        continue;
      }
      if (waiting.length === 0) break;
      const batch = waiting.slice(0, MAX_ENDED_AT_ONCE);
      waiting = waiting.slice(MAX_ENDED_AT_ONCE);
      if (mode === "stop") {
        if (await endBatch(batch)) return { outcome: { kind: "under-way" }, ...tally };
        continue;
      }
      const ending: Promise<void> = endBatch(batch).then(() => void underWay.delete(ending));
      underWay.add(ending);
      if (underWay.size >= BATCHES_AT_ONCE) await Promise.race(underWay);
    }

    const handOn = async (): Promise<EndingReport["outcome"]> => {
      await leftovers.named({ ...task, attempt: 0 }, waiting);
      if (fault !== undefined) deps.logger.warn("connections not read to their end", faultFields(fault.thrown));
      if (rest === undefined) return { kind: waiting.length > 0 ? "continued" : "completed" };
      // The cursor came from the message and we did not issue it, so a retry cannot succeed.
      const isForged = fault?.thrown instanceof MalformedInputError;
      const left = { ...task, part: rest, attempt: attemptsBehind(task, pages, fault !== undefined) };
      return isForged ? leftovers.giveUp(left, "MALFORMED_PAGE") : leftovers.later(left);
    };
    // The rest may begin elsewhere while the last connections of this part are told and closed.
    const [handedOn] = await Promise.allSettled([handOn(), ...underWay]);
    await leftovers.named({ ...task, attempt: task.attempt + 1 }, failed);
    if (handedOn.status === "rejected") throw handedOn.reason;
    return { outcome: handedOn.value, ...tally };
  };
}

function isFoundAgain(part: EndingPart, { expiresAt }: Connection): boolean {
  const slot = endSlot(expiresAt);
  return part.kind !== "slots" || (part.from <= slot && slot < part.until);
}

/** As in a fan-out: after progress the count begins anew, without it the count grows, and after a fault the next waits. */
function attemptsBehind({ attempt }: EndingTask, pages: number, isFaulty: boolean): number {
  if (pages === 0) return attempt + 1;
  return isFaulty ? 1 : 0;
}
