import { slotIsOverAt, slotsBetween } from "../../domain/connection/ending.ts";
import { addSeconds, type EpochMillis, type EpochSeconds, toEpochSeconds } from "../../domain/time.ts";
import type { EndingConnections } from "../ports/ending-connections.ts";
import type { DelayedTask, EndingTasks } from "../ports/ending-tasks.ts";
import type { Clock } from "../ports/system.ts";
import { countSlots } from "./count-slots.ts";

/** `tasks` that were made, and the connections in their slots. */
export type CollectedEnds = { readonly tasks: number; readonly recipients: number };

/**
 * Runs each minute, and makes a task for each slot with connections that end soon. Throws DependencyUnavailableError
 * after it has done all that it could: a repeated run with the same time does the rest, and no harm.
 */
export type CollectEnds = (scheduledAt: EpochMillis) => Promise<CollectedEnds>;

const MINUTE = 60;

/**
 * The index of ends lags behind the table, by less than this. A slot is read only then, so that it has the connections
 * whose tokens had a second to live.
 */
const INDEX_LAG_SECONDS = 2;

/** A slot that is looked at again gets a second task, which comes when the first one is at work. */
const SECOND_TASK_SECONDS = 10;

/**
 * The minutes that a run looks at, counted from its own. The first look at a slot is one to two minutes before its end.
 * The other two are for the connections that came after it, with tokens that had less to live, and for a run that
 * failed.
 */
const LOOKS: readonly { readonly minute: -1 | 0 | 1; readonly delaySeconds: number }[] = [
  { minute: 1, delaySeconds: INDEX_LAG_SECONDS },
  { minute: 0, delaySeconds: INDEX_LAG_SECONDS + SECOND_TASK_SECONDS },
  { minute: -1, delaySeconds: INDEX_LAG_SECONDS + SECOND_TASK_SECONDS },
];

export function makeCollectEnds(deps: {
  readonly endings: EndingConnections;
  readonly tasks: EndingTasks;
  readonly clock: Clock;
}): CollectEnds {
  return async (scheduledAt) => {
    const seconds = toEpochSeconds(scheduledAt);
    const minute = addSeconds(seconds, -(seconds % MINUTE));
    const settled: Awaited<ReturnType<typeof look>>[] = [];
    for (const one of LOOKS) settled.push(await look(addSeconds(minute, one.minute * MINUTE), one.delaySeconds));
    const tasks = settled.flatMap((one) => one.tasks);
    if (tasks.length > 0) await deps.tasks.defer(tasks);
    const fault = settled.find((one) => one.fault !== undefined)?.fault;
    if (fault !== undefined) throw fault.thrown;
    return { tasks: tasks.length, recipients: settled.reduce((sum, { cut }) => sum + cut, 0) };
  };

  async function look(from: EpochSeconds, waitSeconds: number) {
    const { slots, fault } = await countSlots(slotsBetween(from, addSeconds(from, MINUTE)), deps);
    const cut = slots.reduce((sum, { count }) => sum + count, 0);
    const tasks = slots.flatMap(({ slot, count }): readonly DelayedTask[] => {
      if (count === 0) return [];
      const part = { kind: "slots", from: slot, until: slotIsOverAt(slot) } as const;
      const delaySeconds = secondsUntil(addSeconds(slotIsOverAt(slot), waitSeconds), deps.clock.now());
      return [{ task: { order: { kind: "expiry" }, part, cut, attempt: 0 }, delaySeconds }];
    });
    return { cut, tasks, ...(fault !== undefined && { fault }) };
  }
}

/** In whole seconds, rounded up: no connection is looked at before its end. */
function secondsUntil(moment: EpochSeconds, now: EpochMillis): number {
  const whole = toEpochSeconds(now);
  return moment > whole ? moment - whole : 0;
}
