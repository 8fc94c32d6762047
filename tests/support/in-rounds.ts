import { pause } from "./pause.ts";

const ROUNDS = 60;

/** Calls that meet: what each round answers, of rounds that differ in how many milliseconds the second call waits. */
export function inRounds<T>(round: (waitMillis: number) => Promise<T>): Promise<readonly T[]> {
  return Promise.all(Array.from({ length: ROUNDS }, (_, index) => round(index % 4)));
}

/** After no time at all, in the same turn of the event loop. */
export async function after<T>(millis: number, work: () => Promise<T>): Promise<T> {
  if (millis > 0) await pause(millis);
  return work();
}
