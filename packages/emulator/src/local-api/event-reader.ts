const MAX_LINES = 1_000;
const MAX_CHARACTERS = 1024 * 1024;

/**
 * The lines for one reader until it takes them. A reader that is slow loses lines, and is told how many: the emulator
 * neither waits for it nor keeps more than a megabyte for it.
 */
export class EventReader implements AsyncIterableIterator<string> {
  readonly #tellLoss: (count: number) => string;
  readonly #onClosed: () => void;
  #lines: string[] = [];
  #characters = 0;
  #lost = 0;
  #isClosed = false;
  #waiting: ((result: IteratorResult<string>) => void) | undefined;

  constructor(deps: { readonly tellLoss: (count: number) => string; readonly onClosed: () => void }) {
    this.#tellLoss = deps.tellLoss;
    this.#onClosed = deps.onClosed;
  }

  offer(line: string): void {
    if (this.#isClosed) return;
    const isFull = this.#lines.length >= MAX_LINES || this.#characters + line.length > MAX_CHARACTERS;
    // A line of more than a megabyte fits if it is alone. After a lost line all are lost until the next read, so that the
    // loss has one place.
    if (this.#lost > 0 || (isFull && this.#lines.length > 0)) {
      this.#lost += 1;
      return;
    }
    this.#lines.push(line);
    this.#characters += line.length;
    this.#waiting?.({ done: false, value: this.#take() });
    this.#waiting = undefined;
  }

  /** Resolves to all lines that wait, or to the next one. */
  async next(): Promise<IteratorResult<string>> {
    if (this.#isClosed) return { done: true, value: undefined };
    if (this.#lines.length > 0) return { done: false, value: this.#take() };
    return new Promise((resolve) => {
      this.#waiting = resolve;
    });
  }

  async return(): Promise<IteratorResult<string>> {
    const done = { done: true as const, value: undefined };
    if (this.#isClosed) return done;
    this.#isClosed = true;
    this.#lines = [];
    this.#waiting?.(done);
    this.#onClosed();
    return done;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #take(): string {
    const loss = this.#lost > 0 ? [this.#tellLoss(this.#lost)] : [];
    const text = [...this.#lines, ...loss].join("");
    this.#lines = [];
    this.#characters = 0;
    this.#lost = 0;
    return text;
  }
}
