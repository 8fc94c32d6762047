import type { Clock } from "../../src/application/ports/system.ts";
import type { EpochMillis } from "../../src/domain/time.ts";

/** A clock that stands still until a test moves it, forwards or backwards. */
export class FixedClock implements Clock {
  #millis: number;

  constructor(millis: number) {
    this.#millis = millis;
  }

  now(): EpochMillis {
    return this.#millis as EpochMillis;
  }

  advance(seconds: number): void {
    this.#millis += seconds * 1000;
  }
}
