/** Time that passes while something else is awaited. */
export interface Timer {
  /** Runs the task once after so many milliseconds, unless it is cancelled before. The task must not throw. */
  after(millis: number, task: () => void): Cancel;
}

type Cancel = () => void;
