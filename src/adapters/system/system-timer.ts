import type { Timer } from "../../application/ports/timer.ts";

export class SystemTimer implements Timer {
  after(millis: number, task: () => void): () => void {
    const waiting = setTimeout(task, millis);
    return () => clearTimeout(waiting);
  }
}
