import type { EpochMillis } from "../../domain/time.ts";

export interface Clock {
  now(): EpochMillis;
}
