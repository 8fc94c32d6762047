import type { Delivery } from "../../src/domain/notification/delivery.ts";
import type { FixedClock } from "../fakes/fixed-clock.ts";

/** The template's settings. */
const VISIBILITY_SECONDS = 360;
const MAX_RECEIVES = 5;

/** A message of the queue of deliveries. */
export type Message = {
  readonly eventId: string;
  readonly body: string;
  readonly read: (body: string) => Delivery;
};
export type Held<M> = M & { visibleAt: number; receives: number };

/** SQS: delivers at least once, in no promised order, and to the dead letters after too many receives. */
export class QueueModel<M extends { readonly eventId: string }> {
  readonly dead: M[] = [];
  readonly #clock: FixedClock;
  readonly #held: Held<M>[] = [];

  constructor(clock: FixedClock) {
    this.#clock = clock;
  }

  get nextVisibleAt(): number | undefined {
    return this.#held.length === 0 ? undefined : Math.min(...this.#held.map(({ visibleAt }) => visibleAt));
  }

  holds(eventId: string): boolean {
    return this.#held.some((message) => message.eventId === eventId);
  }

  send(message: M, delaySeconds = 0): void {
    this.#held.push({ ...message, visibleAt: this.#clock.now() + delaySeconds * 1000, receives: 0 });
  }

  receive(max: number): Held<M>[] {
    const now = this.#clock.now();
    const batch: Held<M>[] = [];
    for (const message of [...this.#held]) {
      if (message.visibleAt > now || batch.length === max) continue;
      if (message.receives === MAX_RECEIVES) {
        this.delete(message);
        this.dead.push(message);
        continue;
      }
      message.receives += 1;
      message.visibleAt = now + VISIBILITY_SECONDS * 1000;
      batch.push(message);
    }
    return batch;
  }

  delete(message: M): void {
    const at = this.#held.indexOf(message as Held<M>);
    if (at >= 0) this.#held.splice(at, 1);
  }
}
