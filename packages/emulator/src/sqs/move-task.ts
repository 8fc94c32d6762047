import { randomUUID } from "node:crypto";
import type { Cancel, Scheduler } from "../scheduler.ts";
import type { Message } from "./message.ts";
import type { Queue } from "./queue.ts";

/** A task that moves dead letters (API reference, StartMessageMoveTask). */
export type MoveTask = {
  readonly handle: string;
  readonly source: Queue;
  readonly isRunning: boolean;
  readonly moved: number;
  cancel(): void;
  /** In the form of ListMessageMoveTasks. */
  describe(): object;
};

const SECOND_MILLIS = 1_000;

/**
 * Starts a task. Without a rate it has moved all messages when the call returns. With one it moves as many at the start
 * of each second, until it has moved as many as there were.
 */
export function startMoveTask(
  source: Queue,
  options: {
    readonly destination: Queue | undefined;
    readonly placeOf: (message: Message) => Queue | undefined;
    readonly perSecond: number | undefined;
  },
  { scheduler, stopped }: { readonly scheduler: Scheduler; readonly stopped: AbortSignal },
): MoveTask {
  const { destination, perSecond } = options;
  const handle = Buffer.from(JSON.stringify({ taskId: randomUUID(), sourceArn: source.arn })).toString("base64");
  const startedAt = scheduler.now();
  const toMove = source.counts().visible;
  let status: "RUNNING" | "COMPLETED" | "FAILED" | "CANCELLED" = "RUNNING";
  let moved = 0;
  let failure: string | undefined;
  let wait: Cancel = () => {};

  function move(): void {
    const left = toMove - moved;
    const most = Math.min(left, perSecond ?? left);
    const step = source.moveTo(options.placeOf, most);
    moved += step.moved;
    failure = step.failure;
    if (failure !== undefined) end("FAILED");
    else if (moved >= toMove || step.moved < most) end("COMPLETED");
    else if (!stopped.aborted) wait = scheduler.after(SECOND_MILLIS, move);
  }

  function end(outcome: typeof status): void {
    status = outcome;
    wait();
    stopped.removeEventListener("abort", cancelWait);
  }

  function cancelWait(): void {
    wait();
  }

  stopped.addEventListener("abort", cancelWait);
  move();
  return {
    handle,
    source,
    get isRunning() {
      return status === "RUNNING";
    },
    get moved() {
      return moved;
    },
    cancel: () => end("CANCELLED"),
    describe: () => ({
      ...(status === "RUNNING" && { TaskHandle: handle }),
      SourceArn: source.arn,
      ...(destination !== undefined && { DestinationArn: destination.arn }),
      ...(perSecond !== undefined && { MaxNumberOfMessagesPerSecond: perSecond }),
      Status: status,
      ...(failure !== undefined && { FailureReason: failure }),
      ApproximateNumberOfMessagesMoved: moved,
      ApproximateNumberOfMessagesToMove: toMove,
      StartedTimestamp: startedAt,
    }),
  };
}
