import type { Scheduler } from "../scheduler.ts";

/** Returns the reserved bytes. Repeated calls have no effect. */
export type Release = () => void;

type Waiting = { readonly bytes: number; readonly resolve: (release: Release | undefined) => void };

/** The most requests that wait: each holds about 64 KB of its body in Node's own buffers. */
const MAX_WAITING = 1_000;
const MAX_WAIT_MS = 20_000;

/**
 * Bounds the memory of all request bodies together. A request reserves its whole body before the body is read, in the
 * order of arrival: two requests with half of their bytes reserved would wait for each other. TCP holds back unread
 * bodies.
 */
export class BodyBudget {
  readonly #limitBytes: number;
  readonly #scheduler: Scheduler;
  #waiting: Waiting[] = [];
  #heldBytes = 0;

  constructor(limitBytes: number, scheduler: Scheduler) {
    this.#limitBytes = limitBytes;
    this.#scheduler = scheduler;
  }

  get heldBytes(): number {
    return this.#heldBytes;
  }

  /** Reserves bytes. Undefined if they are not free within twenty seconds, or if a thousand requests already wait. */
  acquire(bytes: number): Promise<Release | undefined> {
    if (bytes === 0 || (this.#waiting.length === 0 && this.#fits(bytes))) return Promise.resolve(this.#take(bytes));
    if (this.#waiting.length >= MAX_WAITING || bytes > this.#limitBytes) return Promise.resolve(undefined);
    return new Promise((settle) => {
      const cancel = this.#scheduler.after(MAX_WAIT_MS, () => {
        this.#waiting = this.#waiting.filter((other) => other !== waiting);
        settle(undefined);
        this.#admit();
      });
      const waiting: Waiting = {
        bytes,
        resolve(release) {
          cancel();
          settle(release);
        },
      };
      this.#waiting.push(waiting);
    });
  }

  #fits(bytes: number): boolean {
    return this.#heldBytes + bytes <= this.#limitBytes;
  }

  #take(bytes: number): Release {
    let held = bytes;
    this.#heldBytes += held;
    return () => {
      this.#heldBytes -= held;
      held = 0;
      this.#admit();
    };
  }

  #admit(): void {
    for (let next = this.#waiting[0]; next !== undefined && this.#fits(next.bytes); next = this.#waiting[0]) {
      this.#waiting.shift();
      next.resolve(this.#take(next.bytes));
    }
  }
}
