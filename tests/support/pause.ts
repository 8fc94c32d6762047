import { setTimeout } from "node:timers/promises";

/** Keeps no process alive. */
export async function pause(millis: number): Promise<void> {
  await setTimeout(millis, undefined, { ref: false });
}
