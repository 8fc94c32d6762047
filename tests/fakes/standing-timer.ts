import type { Timer } from "../../src/application/ports/system.ts";

/** For worlds in which no time passes during a post. */
export const STANDING_TIMER: Timer = { after: () => () => undefined };
