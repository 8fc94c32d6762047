import type { Worker } from "node:worker_threads";

/**
 * Lambda ends a process that passes its memory. V8's own limit for a thread is not enough: a thread that passes it by
 * one large step ends the whole process. So the limit of V8 is far above the function's, and this guard looks at the
 * memory while an invocation runs, in real time: memory does not wait for an emulated clock.
 */
const INTERVAL_MS = 50;

/** Garbage counts until it is collected. With less room, functions would end that have enough memory on AWS. */
const ROOM_FOR_GARBAGE_MB = 128;

/** The distance from the function's limit to that of V8, in megabytes. */
const V8_ROOM_MB = 1024;

const MEGABYTE = 1024 * 1024;

/** V8's limits for a function with so many megabytes. */
export function resourceLimits(memoryMegabytes: number) {
  // Young objects become old ones all at once. V8 allows only 16 MB above the limit for that.
  return { maxOldGenerationSizeMb: memoryMegabytes + V8_ROOM_MB, maxYoungGenerationSizeMb: 8 };
}

/** Calls `onExcess` once when the memory of a thread passes the function's, until the guard is cancelled. */
export function guardMemory(worker: Worker, memoryMegabytes: number, onExcess: () => void): () => void {
  const limit = (memoryMegabytes + ROOM_FOR_GARBAGE_MB) * MEGABYTE;
  let isOver = false;
  const timer = setInterval(async () => {
    // The thread may have ended.
    const heap = await worker.getHeapStatistics().catch(() => undefined);
    if (isOver || heap === undefined || heap.used_heap_size + heap.external_memory <= limit) return;
    cancel();
    onExcess();
  }, INTERVAL_MS).unref();
  function cancel(): void {
    isOver = true;
    clearInterval(timer);
  }
  return cancel;
}
