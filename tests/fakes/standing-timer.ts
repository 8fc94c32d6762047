import type { Timer } from "../../src/application/ports/system.ts";

/** A timer for tests in which no time passes during a post. */
export const STANDING_TIMER: Timer = { after: () => () => undefined };
