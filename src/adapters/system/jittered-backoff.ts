import type { Backoff } from "../../application/ports/backoff.ts";

export class JitteredBackoff implements Backoff {
  pause(ceilingMillis: number): Promise<void> {
    return new Promise((resolve) => setTimeout(resolve, Math.random() * ceilingMillis));
  }
}
