import type { Cancel, Scheduler } from "../scheduler.ts";

/** Node.js runs a timer of more than 24.8 days at once. */
const MAX_TIMER_MILLIS = 86_400_000;

/** Runs a task at each whole period from now. The periods that a laptop sleeps through count as one. */
export function repeat(millis: number, scheduler: Scheduler, run: () => void): Cancel {
  let due = scheduler.now() + millis;
  let cancel = wait();
  function wait(): Cancel {
    return scheduler.after(Math.min(due - scheduler.now(), MAX_TIMER_MILLIS), wake);
  }
  function wake(): void {
    const late = scheduler.now() - due;
    if (late >= 0) due += millis * (Math.floor(late / millis) + 1);
    cancel = wait();
    if (late >= 0) run();
  }
  return () => cancel();
}
