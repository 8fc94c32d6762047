/** Limits the tasks that run at once, first come, first served. A task may release its permit before it ends. */
export type Semaphore = <T>(task: (release: () => void) => Promise<T>) => Promise<T>;

export function makeSemaphore(count: number): Semaphore {
  let free = count;
  const waiting: (() => void)[] = [];

  const handOver = () => {
    const next = waiting.shift();
    // The permit passes to the next task directly, so that no later task takes it first.
    if (next === undefined) free += 1;
    else next();
  };

  return async (task) => {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    let held = true;
    const release = () => {
      if (held) handOver();
      held = false;
    };
    try {
      return await task(release);
    } finally {
      release();
    }
  };
}
