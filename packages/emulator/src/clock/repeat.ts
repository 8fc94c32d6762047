import type { Cancel, Scheduler } from "../scheduler.ts";

/** Runs a task at each whole period from now. The periods that a laptop sleeps through count as one. */
export function repeat(millis: number, scheduler: Scheduler, run: () => void): Cancel {
  let due = scheduler.now() + millis;
  let cancel = wait();
  function wait(): Cancel {
    return scheduler.after(due - scheduler.now(), wake);
  }
  function wake(): void {
    const late = scheduler.now() - due;
    if (late >= 0) due += millis * (Math.floor(late / millis) + 1);
    cancel = wait();
    if (late >= 0) run();
  }
  return () => cancel();
}
