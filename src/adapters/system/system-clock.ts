import type { Clock } from "../../application/ports/clock.ts";
import type { EpochMillis } from "../../domain/time.ts";

export class SystemClock implements Clock {
  now(): EpochMillis {
    return Date.now() as EpochMillis;
  }
}
