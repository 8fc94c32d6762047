/** SQS has no limit. The emulator's memory has one, for all queues together. */
const MAX_BYTES = 512 * 1024 * 1024;

/** Counts the bytes of the messages in all queues. */
export class QueueMemory {
  readonly #limitBytes: number;
  #bytes = 0;

  constructor(limitBytes = MAX_BYTES) {
    this.#limitBytes = limitBytes;
  }

  hasRoomFor(bytes: number): boolean {
    return this.#bytes + bytes <= this.#limitBytes;
  }

  take(bytes: number): void {
    this.#bytes += bytes;
  }

  release(bytes: number): void {
    this.#bytes -= bytes;
  }
}
