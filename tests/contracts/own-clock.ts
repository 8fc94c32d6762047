import { pause } from "../support/pause.ts";

/** Longer than a second, and longer than an hour in seconds that are mistaken for milliseconds (3.6 s). */
const OWN_CLOCK_MILLIS = 3_700;

/** Waits until a store with a wrong limit on its own clock has dropped the data of `since`. */
export function untilDropped(since: number): Promise<void> {
  return pause(Math.max(0, since + OWN_CLOCK_MILLIS - Date.now()));
}
