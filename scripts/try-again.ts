import { setTimeout as sleep } from "node:timers/promises";

/** Runs a task again if it rejects, once after each pause, and rejects with its last error. Pauses are in milliseconds. */
export async function tryAgain(
  pauses: readonly number[],
  task: () => Promise<void>,
  pause: (millis: number) => Promise<unknown> = sleep,
): Promise<void> {
  for (const millis of pauses) {
    try {
      return await task();
    } catch {
      await pause(millis);
    }
  }
  await task();
}
