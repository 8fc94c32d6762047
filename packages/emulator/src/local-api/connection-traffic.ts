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
const SILENT: Traffic = { received: NONE, sent: NONE };

/** Counts the text frames of each open connection as it observes them. A silent connection costs nothing. */
export class ConnectionTraffic {
  readonly #scheduler: Scheduler;
  readonly #traffic = new Map<string, Traffic>();

  constructor(scheduler: Scheduler) {
    this.#scheduler = scheduler;
  }

  of(connectionId: string): Traffic {
    return this.#traffic.get(connectionId) ?? SILENT;
  }

  readonly observe: Observe = (event) => {
    if (event.kind === "connection-closed") this.#traffic.delete(event.connectionId);
    if (event.kind !== "frame-received" && event.kind !== "frame-sent") return;
    const direction = event.kind === "frame-sent" ? "sent" : "received";
    const before = this.of(event.connectionId);
    const { frames, bytes } = before[direction];
    const last = { at: this.#scheduler.now(), bytes: event.bytes };
    const count = { frames: frames + 1, bytes: bytes + event.bytes, last };
    this.#traffic.set(event.connectionId, { ...before, [direction]: count });
  };
}
