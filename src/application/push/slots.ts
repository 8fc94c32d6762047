/** Runs a task when one of a fixed number of slots is free, first come, first served. A task may free its slot before it ends. */
export type Slots = <T>(task: (freeSlot: () => void) => Promise<T>) => Promise<T>;

export function makeSlots(count: number): Slots {
  let free = count;
  const waiting: (() => void)[] = [];

  const release = () => {
    const next = waiting.shift();
    // Handed on, not freed and taken again: so no later task takes it first.
    if (next === undefined) free += 1;
    else next();
  };

  return async (task) => {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    let held = true;
    const freeSlot = () => {
      if (held) release();
      held = false;
    };
    try {
      return await task(freeSlot);
    } finally {
      freeSlot();
    }
  };
}
