import { setTimeout } from "node:timers/promises";

/** Waits. The timer keeps no process alive. */
export async function pause(millis: number): Promise<void> {
  await setTimeout(millis, undefined, { ref: false });
}
