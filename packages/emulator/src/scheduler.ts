/** The emulator's clock and timers. A test has its own, in which ten idle minutes pass at once. */
export interface Scheduler {
  /** Milliseconds since 1970. */
  now(): number;
  /** Runs a task once after that many milliseconds, unless it is cancelled before. Never keeps the process alive. */
  after(millis: number, run: () => void): Cancel;
}

/** Cancels a task. May be called at any time and repeatedly. */
export type Cancel = () => void;
