import type { ConnectionId } from "../../domain/connection/connection.ts";
import { type EndingTask, MAX_ENDED_AT_ONCE, type UnendedReason } from "../../domain/connection/ending-task.ts";
import { attemptDelaySeconds, MAX_ATTEMPTS } from "../../domain/notification/delivery.ts";
import type { EndingTasks } from "../ports/ending-tasks.ts";
import type { EndingReport, EndingTally } from "./ending-report.ts";

/** Later than an invocation without faults takes for its first connections. */
const LOOK_AFTER_SECONDS = 15;

/** Hands what an invocation could not do to a later one. Throws DependencyUnavailableError. */
export type Leftovers = {
  /** With an attempt above 0 after a wait, and as a dead letter when the attempts are used up. */
  later(task: EndingTask): Promise<EndingReport["outcome"]>;
  giveUp(task: EndingTask, reason: UnendedReason): Promise<EndingReport["outcome"]>;
  /** In messages of `MAX_ENDED_AT_ONCE` names. */
  named(task: EndingTask, ids: readonly ConnectionId[]): Promise<void>;
  /** The same for the case that this invocation is interrupted. They count as no leftovers. */
  insure(task: EndingTask, ids: readonly ConnectionId[]): Promise<void>;
};

export function makeLeftovers(tasks: EndingTasks, tally: EndingTally): Leftovers {
  const giveUp: Leftovers["giveUp"] = async (task, reason) => {
    await tasks.giveUp({ ...task, attempt: 0 }, reason);
    tally.deadLettered += sizeOf(task);
    return { kind: "dead-lettered", reason };
  };
  const later: Leftovers["later"] = async (task) => {
    if (task.attempt >= MAX_ATTEMPTS) return giveUp(task, "ATTEMPTS_EXHAUSTED");
    await tasks.defer([{ task, delaySeconds: attemptDelaySeconds(task.attempt) }]);
    if (task.part.kind === "named") tally.deferred += sizeOf(task);
    return { kind: "continued" };
  };
  return {
    later,
    giveUp,
    async named(task, ids) {
      for (const named of namedTasks(task, ids)) await later(named);
    },
    insure: (task, ids) =>
      tasks.defer(namedTasks(task, ids).map((named) => ({ task: named, delaySeconds: LOOK_AFTER_SECONDS }))),
  };
}

/** Tasks for connections, in messages of `MAX_ENDED_AT_ONCE` names. */
export function namedTasks(task: EndingTask, ids: readonly ConnectionId[]): readonly EndingTask[] {
  const named: EndingTask[] = [];
  for (let taken = 0; taken < ids.length; taken += MAX_ENDED_AT_ONCE) {
    named.push({ ...task, part: { kind: "named", ids: ids.slice(taken, taken + MAX_ENDED_AT_ONCE) } });
  }
  return named;
}

/** A part that was not read counts as one. */
function sizeOf({ part }: EndingTask): number {
  return part.kind === "named" ? part.ids.length : 1;
}
