import { closesAt } from "../../domain/connection/connection.ts";
import { type EndSlot, endSlot, slotIsOverAt, slotsBetween } from "../../domain/connection/ending.ts";
import { type AdminOrder, isReviewOrder, type RevocationOrder } from "../../domain/connection/ending-order.ts";
import { type EndingPart, type EndingTask, reviewTask, userOf } from "../../domain/connection/ending-task.ts";
import type { UserId } from "../../domain/identity/identity.ts";
import {
  addSeconds,
  type EpochMillis,
  type EpochSeconds,
  earlier,
  later,
  secondsAfter,
  toEpochSeconds,
} from "../../domain/time.ts";
import { DependencyUnavailableError } from "../errors.ts";
import { faultFields } from "../fault-fields.ts";
import type { AdministeredAccess } from "../ports/administered-access.ts";
import type { ConnectionStore, ListedConnection, Page } from "../ports/connection-store.ts";
import type { EndingConnections, SlotCandidate } from "../ports/ending-connections.ts";
import type { DelayedTask, EndingTasks } from "../ports/ending-tasks.ts";
import type { Logger } from "../ports/logger.ts";
import type { RevocationList } from "../ports/revocation-list.ts";
import type { Clock } from "../ports/system.ts";
import { countSlots } from "./count-slots.ts";
import type { EndPart, IdPage, PartToEnd } from "./end-part.ts";
import { type EndingReport, newEndingTally } from "./ending-report.ts";
import { makeLeftovers, namedTasks } from "./leftover-tasks.ts";

export type TaskToCarryOut = {
  readonly task: EndingTask;
  /** Nothing new begins after it. */
  readonly deadline: EpochMillis;
  /** The message was received before: the invocation that had it may have been interrupted. */
  readonly isRepeated: boolean;
};

/** Carries out one task. Throws DependencyUnavailableError if its message must return to the queue. */
export type CarryOut = (toCarryOut: TaskToCarryOut) => Promise<EndingReport>;

export type CarryOutDependencies = {
  readonly endPart: EndPart;
  readonly connections: ConnectionStore;
  readonly endings: EndingConnections;
  readonly revocations: RevocationList;
  readonly administered: Pick<AdministeredAccess, "record">;
  readonly tasks: EndingTasks;
  readonly clock: Clock;
  readonly logger: Logger;
  /** The longest life of a token: a revocation is kept for as long as a revoked token could be presented. */
  readonly maxLifetimeSeconds: number;
};

/** Clocks differ, and a revocation may name a time up to a minute ahead. */
const KEPT_LONGER_SECONDS = 60;

/** The index of a user's connections lags behind the table, and handshakes are under way. */
const USER_READ_AGAIN_SECONDS = [1, 3, 10];
const ISSUER_READ_AGAIN_SECONDS = 10;

/** About twenty seconds of one invocation's requests, so that a large cut is divided among several. */
const CONNECTIONS_OF_A_TASK = 2500;

/**
 * A large cut may have all invocations that the queue allows. It gives each of them back after a turn, so that an
 * administrator's event waits for no longer than that.
 */
const TURN_SECONDS = 3;

/** Four minutes of reconnects. */
const MOST_COUNTED = 100_000;

export function makeCarryOut(deps: CarryOutDependencies): CarryOut {
  return async ({ isRepeated, ...rest }) => {
    // The task keeps this when its rest is handed to a later invocation, whose message is a new one.
    const task: EndingTask = isRepeated ? { ...rest.task, wasInterrupted: true } : rest.task;
    try {
      return await carryOut({ ...rest, task }, deps);
    } catch (thrown) {
      if (!(thrown instanceof DependencyUnavailableError) || thrown.dependency === "ADMIN_QUEUE") throw thrown;
      // The queue would return the message after minutes only. A new task comes after seconds.
      deps.logger.warn("task not carried out", { part: task.part.kind, attempt: task.attempt, ...faultFields(thrown) });
      const tally = newEndingTally();
      const outcome = await makeLeftovers(deps.tasks, tally).later({ ...task, attempt: task.attempt + 1 });
      return { outcome, ...tally };
    }
  };
}

type BegunTask = Omit<TaskToCarryOut, "isRepeated">;

function carryOut(toCarryOut: BegunTask, deps: CarryOutDependencies): Promise<EndingReport> {
  const { order, part } = toCarryOut.task;
  switch (part.kind) {
    case "event":
      return begin(toCarryOut, order as AdminOrder, deps);
    case "issuer":
      return divide(toCarryOut.task, deps);
    case "user":
      return endUsers(toCarryOut, userOf(order) as UserId, deps);
    case "slots":
      return endSlots(toCarryOut, deps);
    case "named": {
      const { task, deadline } = toCarryOut;
      return deps.endPart({ task, deadline, read: async () => ({ ids: part.ids }), whatHasEnded: "close" });
    }
  }
}

async function begin(
  { task, deadline }: BegunTask,
  order: AdminOrder,
  deps: CarryOutDependencies,
): Promise<EndingReport> {
  // First the list, then the sockets: a handshake after the last read of the index finds the list.
  if (order.kind === "revocation") await deps.revocations.add(order.revocation, keepUntil(order, deps));
  if (order.kind === "access") await deps.administered.record(order.change);
  const isOfUser = userOf(order) !== undefined;
  const part: EndingPart = { kind: isOfUser ? "user" : "issuer" };
  const readAgain = isOfUser ? USER_READ_AGAIN_SECONDS : [ISSUER_READ_AGAIN_SECONDS];
  const now = { ...task, part, attempt: 0 };
  await deps.tasks.defer(readAgain.map((delaySeconds) => ({ task: now, delaySeconds })));
  return carryOut({ task: now, deadline }, deps);
}

function keepUntil({ revocation, orderedAt }: RevocationOrder, deps: CarryOutDependencies): EpochSeconds {
  const last = revocation.kind === "token" ? orderedAt : later(revocation.issuedBefore, orderedAt);
  return addSeconds(last, deps.maxLifetimeSeconds + KEPT_LONGER_SECONDS);
}

/** An issuer's connections may be in any slot of the next two hours. */
async function divide(task: EndingTask, deps: CarryOutDependencies): Promise<EndingReport> {
  const now = deps.clock.now();
  const slots = slotsBetween(endSlot(toEpochSeconds(now)), addSeconds(closesAt(now), 1));
  const counted = await countSlots(slots, deps);
  if (counted.fault !== undefined) throw counted.fault.thrown;
  const cut = counted.slots.reduce((sum, { count }) => sum + count, 0);
  const parts = divideSlots(counted.slots);
  await deps.tasks.defer(parts.map((part) => ({ task: { ...task, part, cut, attempt: 0 }, delaySeconds: 0 })));
  return { outcome: { kind: parts.length > 0 ? "continued" : "completed" }, ...newEndingTally() };
}

type CountedSlots = readonly { readonly slot: EndSlot; readonly count: number }[];

function divideSlots(counted: CountedSlots): readonly EndingPart[] {
  const parts: { kind: "slots"; from: EndSlot; until: EpochSeconds; count: number }[] = [];
  for (const { slot, count } of counted) {
    if (count === 0) continue;
    const until = addSeconds(slot, 1);
    const last = parts.at(-1);
    if (last === undefined || last.count >= CONNECTIONS_OF_A_TASK) {
      parts.push({ kind: "slots", from: slot, until, count });
    } else {
      last.until = until;
      last.count += count;
    }
  }
  return parts.map(({ count: _, ...part }) => part);
}

/**
 * Claimed connections leave the index of a user's connections. Their names are therefore kept first, for the case that
 * this invocation is interrupted.
 */
async function endUsers(toCarryOut: BegunTask, userId: UserId, deps: CarryOutDependencies): Promise<EndingReport> {
  const now = () => toEpochSeconds(deps.clock.now());
  const readPage = (page?: string) => deps.connections.liveConnectionsOf(userId, now(), page);
  const { part } = toCarryOut.task;
  const first = await readPage(part.kind === "user" ? part.page : undefined);
  const cut = toCarryOut.task.cut || (await sizeOf(first));
  const task = { ...toCarryOut.task, cut };
  const leftovers = makeLeftovers(deps.tasks, newEndingTally());

  const read = async (from: EndingPart): Promise<IdPage> => {
    const { items, next } = from === part || from.kind !== "user" ? first : await readPage(from.page);
    const ids = items.map(({ id }) => id);
    // A review claims no connection.
    if (!isReviewOrder(task.order)) await leftovers.insure({ ...task, attempt: 0 }, ids);
    return { ids, ...(next !== undefined && { rest: { kind: "user", page: next } }) };
  };
  return deps.endPart({ ...endingOf(toCarryOut), task, read });

  async function sizeOf({ items, next }: Page<ListedConnection>): Promise<number> {
    const [one] = items;
    if (next === undefined || one === undefined) return items.length;
    return 1 + (await deps.connections.countLive(userId, now(), one.id, MOST_COUNTED));
  }
}

function endSlots(toCarryOut: BegunTask, deps: CarryOutDependencies): Promise<EndingReport> {
  const read = async (part: EndingPart): Promise<IdPage> => {
    if (part.kind !== "slots") return { ids: [] };
    const { from, until, page } = part;
    const { items, next } = await deps.endings.candidatesIn(from, page);
    // A revocation ends connections alone.
    if (toCarryOut.task.order.kind === "expiry") await deps.tasks.defer(reviewsOf(items));
    const ids = items.flatMap(({ id, ends }) => (ends === "connection" ? id : []));
    if (next !== undefined) return { ids, rest: { kind: "slots", from, until, page: next } };
    const following = endSlot(slotIsOverAt(from));
    return { ids, ...(following < until && { rest: { kind: "slots", from: following, until } }) };
  };
  const deadline = earlier(toCarryOut.deadline, secondsAfter(deps.clock.now(), TURN_SECONDS));
  return deps.endPart({ ...endingOf({ ...toCarryOut, deadline }), read });
}

/** Subscriptions whose grants end in a slot are decided anew, connection by connection. */
function reviewsOf(candidates: readonly SlotCandidate[]): readonly DelayedTask[] {
  const ids = [...new Set(candidates.flatMap(({ id, ends }) => (ends === "subscription" ? id : [])))];
  return namedTasks(reviewTask(ids), ids).map((task) => ({ task, delaySeconds: 0 }));
}

/** A slot of the schedule has one task that reads it to its end. A second one that comes later leaves it alone. */
function endingOf({ task, deadline }: BegunTask): Omit<PartToEnd, "read"> {
  const { order, part, attempt, wasInterrupted = false } = task;
  const isFirst = attempt === 0 && part.kind === "slots" && part.page === undefined;
  const atFirst = order.kind === "expiry" && isFirst ? "stop" : "leave";
  return { task, deadline, whatHasEnded: wasInterrupted ? "close" : atFirst };
}
