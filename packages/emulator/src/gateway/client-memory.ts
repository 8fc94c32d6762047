/** A client whose socket holds bytes in this process. */
type Holder = { terminate(): void };

/** The limit of all clients together. It is high for a laptop, and far below the heap of Node.js. */
const MAX_BYTES = 256 * 1024 * 1024;

/**
 * Bounds the bytes that all clients together hold here: frames that they have not read, and messages that they have
 * sent in part. Each socket alone is bounded too, but thousands of them would fill the memory. Over the limit, the
 * client that holds most is cut off: one that reads and sends whole messages holds nothing for long.
 */
export class ClientMemory {
  readonly #limitBytes: number;
  readonly #held = new Map<Holder, number>();
  #heldBytes = 0;

  constructor(limitBytes = MAX_BYTES) {
    this.#limitBytes = limitBytes;
  }

  get heldBytes(): number {
    return this.#heldBytes;
  }

  /** Notes how many bytes a client holds now. */
  note(holder: Holder, bytes: number): void {
    this.#heldBytes += bytes - (this.#held.get(holder) ?? 0);
    if (bytes === 0) this.#held.delete(holder);
    else this.#held.set(holder, bytes);
    while (this.#heldBytes > this.#limitBytes) this.#cutOffLargest();
  }

  #cutOffLargest(): void {
    const [first, ...others] = this.#held;
    if (first === undefined) return;
    const [largest] = others.reduce((most, other) => (other[1] > most[1] ? other : most), first);
    this.note(largest, 0);
    largest.terminate();
  }
}
