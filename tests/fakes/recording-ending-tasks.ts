import { DependencyUnavailableError } from "../../src/application/errors.ts";
import type { DeadLetters } from "../../src/application/ports/delivery-queue.ts";
import type { DelayedTask, EndingTasks } from "../../src/application/ports/ending-tasks.ts";
import type { EndingTask, UnendedReason } from "../../src/domain/connection/ending-task.ts";
import type { MalformedInputCode } from "../../src/domain/errors.ts";

/** Implements the ports of the administrators' queue, as the adapter for SQS does. */
export class RecordingEndingTasks implements EndingTasks, Pick<DeadLetters, "addRawMessage"> {
  readonly deferred: DelayedTask[] = [];
  readonly dead: { readonly task: EndingTask; readonly reason: UnendedReason }[] = [];
  readonly unread: { readonly body: string; readonly reason: MalformedInputCode }[] = [];
  /** The number of next calls that fail. */
  outages = 0;

  async defer(tasks: readonly DelayedTask[]): Promise<void> {
    this.#meetOutage();
    this.deferred.push(...tasks);
  }

  async giveUp(task: EndingTask, reason: UnendedReason): Promise<void> {
    this.#meetOutage();
    this.dead.push({ task: { ...task, attempt: 0 }, reason });
  }

  async addRawMessage(body: string, reason: MalformedInputCode): Promise<void> {
    this.#meetOutage();
    this.unread.push({ body, reason });
  }

  #meetOutage(): void {
    if (this.outages === 0) return;
    this.outages -= 1;
    throw new DependencyUnavailableError("ADMIN_QUEUE");
  }
}
