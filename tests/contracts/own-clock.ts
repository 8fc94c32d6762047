import { pause } from "../support/pause.ts";

/** Longer than a second, and than an hour whose seconds are taken for milliseconds. */
const OWN_CLOCK_MILLIS = 3_700;

/** Waits until a store that keeps a wrong time by its own clock has let go of what it was given at `since`. */
export function untilLetGo(since: number): Promise<void> {
  return pause(Math.max(0, since + OWN_CLOCK_MILLIS - Date.now()));
}
