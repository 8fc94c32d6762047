import { pause } from "./pause.ts";

const ROUNDS = 60;

/** Runs two concurrent calls in rounds. In each round the second call waits another number of milliseconds. */
export function inRounds<T>(round: (waitMillis: number) => Promise<T>): Promise<readonly T[]> {
  return Promise.all(Array.from({ length: ROUNDS }, (_, index) => round(index % 4)));
}

/** Runs the work after a wait. With 0 ms it starts in the same turn of the event loop. */
export async function after<T>(millis: number, work: () => Promise<T>): Promise<T> {
  if (millis > 0) await pause(millis);
  return work();
}
