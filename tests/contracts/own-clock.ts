import { pause } from "../support/pause.ts";

/** Longer than a second, and than an hour whose seconds are taken for milliseconds. */
const OWN_CLOCK_MILLIS = 3_700;

/** Waits until a store with a wrong limit on its own clock has dropped the data of `since`. */
export function untilLetGo(since: number): Promise<void> {
  return pause(Math.max(0, since + OWN_CLOCK_MILLIS - Date.now()));
}
