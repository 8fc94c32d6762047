import type { Timer } from "../../src/application/ports/timer.ts";

/** For worlds in which no time passes during a post. */
export const STANDING_TIMER: Timer = { after: () => () => undefined };
