import type { Observe } from "../observer.ts";
import type { Scheduler } from "../scheduler.ts";

/** The frames of one direction. `last` is absent before the first one. */
export type FrameCount = {
  readonly frames: number;
  readonly bytes: number;
  readonly last?: { readonly at: number; readonly bytes: number };
};

export type Traffic = { readonly received: FrameCount; readonly sent: FrameCount };

const NONE: FrameCount = { frames: 0, bytes: 0 };

/** Counts the text frames of each open connection as it observes them. A silent connection costs nothing. */
export class ConnectionTraffic {
  readonly #scheduler: Scheduler;
  readonly #received = new Map<string, Count>();
  readonly #sent = new Map<string, Count>();

  constructor(scheduler: Scheduler) {
    this.#scheduler = scheduler;
  }

  of(connectionId: string): Traffic {
    return { received: describe(this.#received.get(connectionId)), sent: describe(this.#sent.get(connectionId)) };
  }

  readonly observe: Observe = (event) => {
    switch (event.kind) {
      case "frame-received":
        return this.#count(this.#received, event);
      case "frame-sent":
        return this.#count(this.#sent, event);
      case "connection-closed":
        this.#received.delete(event.connectionId);
        this.#sent.delete(event.connectionId);
    }
  };

  #count(counts: Map<string, Count>, { connectionId, bytes }: { connectionId: string; bytes: number }): void {
    const count = counts.get(connectionId);
    const lastAt = this.#scheduler.now();
    if (count === undefined) {
      counts.set(connectionId, { frames: 1, bytes, lastAt, lastBytes: bytes });
      return;
    }
    // In place: this runs for each frame.
    count.frames += 1;
    count.bytes += bytes;
    count.lastAt = lastAt;
    count.lastBytes = bytes;
  }
}

type Count = { frames: number; bytes: number; lastAt: number; lastBytes: number };

function describe(count: Count | undefined): FrameCount {
  if (count === undefined) return NONE;
  const { frames, bytes, lastAt, lastBytes } = count;
  return { frames, bytes, last: { at: lastAt, bytes: lastBytes } };
}
