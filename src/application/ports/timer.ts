/** Runs tasks later, while the caller waits for other things. */
export interface Timer {
  /** Runs the task once after `millis`, unless it is cancelled before. The task must not throw. */
  after(millis: number, task: () => void): Cancel;
}

type Cancel = () => void;
