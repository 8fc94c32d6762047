import type { Observe } from "../observer.ts";

/** The fate of all messages of a queue. Together with the messages that are still in it, they add up to `sent`. */
export type QueueTotals = { sent: number; deleted: number; deadLettered: number; expired: number; purged: number };

/** Counts the messages of each queue as it observes them. */
export class QueueCounters {
  readonly #totals = new Map<string, QueueTotals>();

  of(queue: string): QueueTotals {
    const known = this.#totals.get(queue);
    if (known !== undefined) return known;
    const totals: QueueTotals = { sent: 0, deleted: 0, deadLettered: 0, expired: 0, purged: 0 };
    this.#totals.set(queue, totals);
    return totals;
  }

  readonly observe: Observe = (event) => {
    if (event.kind === "message-sent") this.of(event.queue).sent += 1;
    if (event.kind === "message-deleted") this.of(event.queue)[event.why] += 1;
    if (event.kind === "message-dead-lettered") {
      this.of(event.queue).deadLettered += 1;
      this.of(event.deadLetterQueue).sent += 1;
    }
  };
}
