/** The runtime's time. A test has its own, in which ten idle minutes pass at once. */
export interface Scheduler {
  /** Milliseconds since 1970. */
  now(): number;
  /** Runs once after that many milliseconds, unless cancelled before. Never keeps the process alive. */
  after(millis: number, run: () => void): Cancel;
}

/** May be called at any time and any number of times. */
export type Cancel = () => void;

export const realScheduler: Scheduler = {
  now: () => Date.now(),
  after(millis, run) {
    const timer = setTimeout(run, millis).unref();
    return () => clearTimeout(timer);
  },
};
