import type { Secret } from "../../domain/secret.ts";
import type { EpochMillis } from "../../domain/time.ts";

export interface Clock {
  now(): EpochMillis;
}

/** Runs tasks later, while the caller waits for other things. */
export interface Timer {
  /** Runs the task once after `millis`, unless it is cancelled before. The task must not throw. */
  after(millis: number, task: () => void): Cancel;
}

type Cancel = () => void;

/** Full jitter: waiters that failed together do not come back together. */
export interface Backoff {
  /** Resolves after a random time from nothing to the ceiling. */
  pause(ceilingMillis: number): Promise<void>;
}

/** Ids that cannot be guessed and never repeat: at least 122 random bits. */
export interface UniqueIds {
  next(): string;
}

/** New secrets: at least 256 random bits each, in a text that may be a signing key. */
export interface SecretGenerator {
  next(): Secret;
}
