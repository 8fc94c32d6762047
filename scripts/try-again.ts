/** Runs a task again if it throws, so many times in all, and throws its last error. */
export function tryAgain(times: number, task: () => void): void {
  for (let left = times - 1; ; left -= 1) {
    try {
      task();
      return;
    } catch (error) {
      if (left <= 0) throw error;
    }
  }
}
