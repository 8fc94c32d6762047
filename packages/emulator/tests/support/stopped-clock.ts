import type { ClockOptions } from "../../src/clock/clock.ts";

export const NOON = Date.UTC(2026, 10, 22, 12);

/** A clock that only the test moves. */
export const STOPPED: ClockOptions = { stopped: true, startAt: NOON };
