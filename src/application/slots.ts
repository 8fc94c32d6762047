/** Runs a task once one of a fixed number of slots is free, first come first served. */
export type Slots = <T>(task: () => Promise<T>) => Promise<T>;

export function makeSlots(count: number): Slots {
  let free = count;
  const waiting: (() => void)[] = [];

  const release = () => {
    const next = waiting.shift();
    // Handed on, not freed and taken again: nobody who comes later gets in between.
    if (next === undefined) free += 1;
    else next();
  };

  return async (task) => {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await task();
    } finally {
      release();
    }
  };
}
