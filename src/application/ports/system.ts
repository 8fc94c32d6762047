import type { Secret } from "../../domain/secret.ts";
import type { EpochMillis } from "../../domain/time.ts";

export interface Clock {
  now(): EpochMillis;
}

/** Runs tasks later, without blocking the caller. */
export interface Timer {
  /** Runs the task once after `millis`, unless it is cancelled before. The task must not throw. */
  after(millis: number, task: () => void): Cancel;
}

type Cancel = () => void;

/** Waits with full jitter: callers that failed together do not retry together. */
export interface Backoff {
  /** Resolves after a random time from zero to the ceiling. */
  pause(ceilingMillis: number): Promise<void>;
}

/** Makes ids that cannot be guessed and never repeat: at least 122 random bits. */
export interface UniqueIds {
  next(): string;
}

/** Makes new secrets of at least 256 random bits each, as texts that are valid signing keys. */
export interface SecretGenerator {
  next(): Secret;
}
