import type { Cancel, Scheduler } from "../scheduler.ts";
import type { Message } from "./message.ts";

/** The delayed messages and those in flight. Those that are due reappear together. */
export class HiddenMessages {
  readonly #messages = new Map<string, Message>();
  readonly #scheduler: Scheduler;
  readonly #reappear: (due: readonly Message[]) => void;
  #wakeAt = Number.POSITIVE_INFINITY;
  #cancel: Cancel = () => undefined;

  constructor(scheduler: Scheduler, reappear: (due: readonly Message[]) => void) {
    this.#scheduler = scheduler;
    this.#reappear = reappear;
  }

  get size(): number {
    return this.#messages.size;
  }

  get inFlight(): number {
    return this.values().filter(({ receiptHandle }) => receiptHandle !== undefined).length;
  }

  has(id: string): boolean {
    return this.#messages.has(id);
  }

  get(id: string): Message | undefined {
    return this.#messages.get(id);
  }

  values(): readonly Message[] {
    return [...this.#messages.values()];
  }

  add(message: Message): void {
    this.#messages.set(message.id, message);
    if (message.visibleAt < this.#wakeAt) this.#wake(message.visibleAt);
  }

  remove(id: string): void {
    this.#messages.delete(id);
    if (this.#messages.size === 0) this.close();
  }

  close(): void {
    this.#cancel();
    this.#wakeAt = Number.POSITIVE_INFINITY;
  }

  #wake(at: number): void {
    this.#cancel();
    this.#wakeAt = at;
    this.#cancel = this.#scheduler.after(Math.max(0, at - this.#scheduler.now()), () => this.#giveBack());
  }

  #giveBack(): void {
    const now = this.#scheduler.now();
    const due = this.values().filter(({ visibleAt }) => visibleAt <= now);
    for (const { id } of due) this.#messages.delete(id);
    this.#wakeAt = Number.POSITIVE_INFINITY;
    const next = this.values().reduce(
      (earliest, { visibleAt }) => Math.min(earliest, visibleAt),
      Number.POSITIVE_INFINITY,
    );
    if (next < Number.POSITIVE_INFINITY) this.#wake(next);
    this.#reappear(due.sort((one, other) => one.visibleAt - other.visibleAt));
  }
}
