import type { ConnectionId } from "../../domain/connection/connection.ts";
import { MalformedInputError } from "../../domain/errors.ts";
import { type Delivery, isTooOld, type UndeliverableReason } from "../../domain/notification/delivery.ts";
import type { NamedRecipient, Recipient } from "../../domain/notification/notification.ts";
import type { EpochMillis } from "../../domain/time.ts";
import { faultFields } from "../fault-fields.ts";
import type { ConnectionChannel, SendToConnection } from "../ports/connection-channel.ts";
import type { DeadLetters, DeliveryQueue } from "../ports/delivery-queue.ts";
import type { Logger } from "../ports/logger.ts";
import type { Backoff, Clock, Timer } from "../ports/system.ts";
import { type AudienceStream, type ReadPage, streamAudience } from "./audience-stream.ts";
import { countDeadLetters, type DeliveryReport, newTally, noteUnreached, type Tally } from "./delivery-report.ts";
import { makeLeftovers } from "./leftovers.ts";
import { type FindNamed, streamNamed } from "./named-audience.ts";
import { makeSemaphore, type Semaphore } from "./semaphore.ts";
import { type FindAgain, type Sending, type SendOutcome, sendToRecipient } from "./send-to-recipient.ts";

type FanOutOrder = {
  readonly delivery: Delivery;
  readonly read: ReadPage;
  readonly findNamed: FindNamed;
  readonly findAgain: FindAgain;
  /** Removes a connection that is gone. May throw: a record that stays costs one more post. */
  readonly forget: (connectionId: ConnectionId) => Promise<void>;
  /** No post starts after this time. Posts under way and the leftovers must finish in the time that remains. */
  readonly deadline: EpochMillis;
};

/**
 * Posts to each connection of an audience, independently of the others, and enqueues the leftovers. Throws
 * DependencyUnavailableError only if enqueueing failed: then the whole delivery must return to its queue.
 */
export type FanOut = (order: FanOutOrder) => Promise<DeliveryReport>;

export type FanOutDependencies = {
  readonly channel: ConnectionChannel;
  readonly queue: DeliveryQueue;
  readonly deadLetters: DeadLetters;
  readonly clock: Clock;
  readonly backoff: Backoff;
  readonly timer: Timer;
  readonly logger: Logger;
  /** How many posts may be under way at once, in all fan-outs of the process. Posts that hang do not count. */
  readonly concurrency: number;
};

export function makeFanOut(deps: FanOutDependencies): FanOut {
  const semaphore = makeSemaphore(deps.concurrency);
  return (order) => {
    const { notification } = order.delivery;
    if (isTooOld(notification, deps.clock.now())) return putAside(order, "TOO_OLD", deps);
    const push = deps.channel.prepare(notification);
    if (push.kind === "too-large") return putAside(order, "PUSH_TOO_LARGE", deps);
    return postToAudience(order, push.send, semaphore, deps);
  };
}

async function putAside(
  { delivery }: FanOutOrder,
  reason: UndeliverableReason,
  deps: FanOutDependencies,
): Promise<DeliveryReport> {
  await deps.deadLetters.addDelivery(delivery, reason);
  const tally = newTally();
  countDeadLetters(tally, delivery.to, reason);
  return { outcome: { kind: "dead-lettered", reason }, ...tally };
}

async function postToAudience(
  order: FanOutOrder,
  send: SendToConnection,
  semaphore: Semaphore,
  deps: FanOutDependencies,
): Promise<DeliveryReport> {
  const { delivery, deadline } = order;
  const tally = newTally();
  const { clock, backoff, timer } = deps;
  const findAgain = notingFaults(order, deps);
  const sending: Sending = { send, findAgain, semaphore, clock, backoff, timer, deadline, tally };
  const stream = streamOf(order);
  const leftovers = makeLeftovers(delivery, deps, tally);
  const notAttempted: NamedRecipient[] = [];

  const record = async (recipient: Recipient, outcome: SendOutcome) => {
    if (outcome.kind === "undeliverable") return leftovers.undeliverable(recipient, outcome.reason);
    const { kind } = outcome;
    if (kind === "gone" || kind === "expired") noteUnreached(tally, [recipient], kind);
    if (kind === "delivered" || kind === "expired") tally[kind] += 1;
    else if (kind === "gone") await forgetGone(recipient, order, tally, deps);
    else if (kind === "not-attempted") notAttempted.push(recipient);
    else await leftovers.failed(recipient);
  };

  await inParallel(deps.concurrency, async (letGo) => {
    const recipient = deps.clock.now() < deadline ? await stream.next() : undefined;
    if (recipient !== undefined) await record(recipient, await sendToRecipient(recipient, sending, letGo));
    return recipient !== undefined;
  });

  const { fault, absent = [], ...remaining } = stream.remaining();
  tally.gone += absent.length;
  noteUnreached(tally, absent, "gone");
  if (fault !== undefined) {
    const { id: notificationId } = delivery.notification;
    deps.logger.warn("audience not read to its end", { notificationId, ...faultFields(fault.thrown) });
  }
  const attempt = attemptsBehind(delivery, tally, fault !== undefined);
  // The cursor came from the message and we did not issue it, so a retry cannot succeed.
  const unreadable = fault?.thrown instanceof MalformedInputError ? ("MALFORMED_PAGE" as const) : undefined;
  const left = { ...remaining, notAttempted: [...notAttempted, ...remaining.notAttempted], attempt };
  const outcome = await leftovers.close({ ...left, ...(unreadable && { reason: unreadable }) });
  return { outcome, ...tally };
}

function streamOf({ delivery: { to }, read, findNamed }: FanOutOrder): AudienceStream {
  return "recipients" in to ? streamNamed(to.recipients, findNamed) : streamAudience(read, to.page);
}

function notingFaults({ findAgain }: FanOutOrder, { logger }: FanOutDependencies): FindAgain {
  return async (recipient) => {
    try {
      return await findAgain(recipient);
    } catch (thrown) {
      const { connectionId, userId } = recipient;
      logger.warn("ended recipient not looked up", { connectionId, userId, ...faultFields(thrown) });
      throw thrown;
    }
  };
}

async function forgetGone(
  { connectionId, userId }: Recipient,
  order: FanOutOrder,
  tally: Tally,
  deps: FanOutDependencies,
): Promise<void> {
  tally.gone += 1;
  try {
    await order.forget(connectionId);
  } catch (thrown) {
    tally.unforgotten += 1;
    deps.logger.warn("gone connection not forgotten", { connectionId, userId, ...faultFields(thrown) });
  }
}

/**
 * An attempt counts only if it made no progress. After progress the leftovers restart at attempt 0, so that an audience
 * of any size can finish; without progress the count grows, so that a stuck delivery ends in the dead letters. After a
 * page that could not be read the count is at least 1, so that the next try waits.
 */
function attemptsBehind(delivery: Delivery, tally: Tally, faulty: boolean): number {
  const settled = tally.delivered + tally.gone + tally.expired + tally.deadLettered;
  if (settled === 0) return delivery.attempt + 1;
  return faulty ? 1 : 0;
}

/**
 * Each worker runs one step after the other until a step returns false. A step that calls `letGo` frees its worker and
 * goes on without it. After an error no step begins: the whole delivery will return and repeat every further post. The
 * error is thrown when all steps have ended.
 */
async function inParallel(workers: number, step: (letGo: () => void) => Promise<boolean>): Promise<void> {
  const faults: unknown[] = [];
  const unended = new Set<Promise<void>>();
  const begin = () =>
    new Promise<boolean>((goOn) => {
      const fail = (thrown: unknown) => {
        faults.push(thrown);
        goOn(false);
      };
      const ended: Promise<void> = step(() => goOn(true))
        .then(goOn, fail)
        .finally(() => unended.delete(ended));
      unended.add(ended);
    });
  const work = async () => {
    while (faults.length === 0 && (await begin()));
  };
  await Promise.all(Array.from({ length: workers }, work));
  await Promise.all(unended);
  if (faults.length > 0) throw faults[0];
}
