/** Runs a task again if it throws, once after each pause, and throws its last error. Pauses are in milliseconds. */
export function tryAgain(pauses: readonly number[], task: () => void, pause: (millis: number) => void = sleep): void {
  for (const millis of pauses) {
    try {
      task();
      return;
    } catch {
      pause(millis);
    }
  }
  task();
}

function sleep(millis: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, millis);
}
