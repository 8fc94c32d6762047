import type { EndingTask, UnendedReason } from "../../domain/connection/ending-task.ts";

export type DelayedTask = {
  readonly task: EndingTask;
  /** Whole seconds, 900 at most. */
  readonly delaySeconds: number;
};

/**
 * Keeps tasks for later invocations. Responds within three seconds for each ten tasks, or throws
 * DependencyUnavailableError. A call that threw may still have taken effect, so a task may be carried out twice.
 */
export interface EndingTasks {
  /** Another invocation, with its own time, carries out each task after its delay at the earliest. */
  defer(tasks: readonly DelayedTask[]): Promise<void>;
  /** Keeps a task that cannot succeed for operators to read, with its reason. It can be moved back unchanged. */
  giveUp(task: EndingTask, reason: UnendedReason): Promise<void>;
}
