const FRAME_HEADER_BYTES = 2;
const MASK_BYTES = 4;

/**
 * Finds the first frame larger than allowed in what a client sends. `ws` bounds whole messages alone, and API Gateway
 * closes on one frame of 33 KB in a message that would be small enough. Reads headers (RFC 6455 section 5.2) and keeps
 * nothing of payloads. Everything else that can be wrong with a frame is for `ws` to find.
 */
export class FrameScanner {
  readonly #maxFrameBytes: number;
  readonly #header = Buffer.alloc(10);
  #headerBytes = 0;
  #payloadLeft = 0;
  #messages = 0;

  constructor(maxFrameBytes: number) {
    this.#maxFrameBytes = maxFrameBytes;
  }

  /** The number of whole messages before the frame that is too large; undefined as long as there is none. */
  scan(chunk: Buffer): number | undefined {
    let at = 0;
    while (at < chunk.length) {
      if (this.#payloadLeft > 0) {
        const skipped = Math.min(this.#payloadLeft, chunk.length - at);
        this.#payloadLeft -= skipped;
        at += skipped;
        continue;
      }
      this.#header[this.#headerBytes++] = chunk[at++] ?? 0;
      if (this.#headerBytes < this.#headerLength()) continue;
      const payload = this.#payloadLength();
      if (payload > this.#maxFrameBytes) return this.#messages;
      this.#finishHeader(payload);
    }
    return undefined;
  }

  #finishHeader(payload: number): void {
    const first = this.#header[0] ?? 0;
    const second = this.#header[1] ?? 0;
    const isFinal = (first & 0x80) !== 0;
    const isControl = (first & 0x08) !== 0;
    if (isFinal && !isControl) this.#messages += 1;
    this.#payloadLeft = payload + ((second & 0x80) === 0 ? 0 : MASK_BYTES);
    this.#headerBytes = 0;
  }

  #headerLength(): number {
    if (this.#headerBytes < FRAME_HEADER_BYTES) return FRAME_HEADER_BYTES;
    const length = (this.#header[1] ?? 0) & 0x7f;
    return FRAME_HEADER_BYTES + (length === 126 ? 2 : length === 127 ? 8 : 0);
  }

  #payloadLength(): number {
    const length = (this.#header[1] ?? 0) & 0x7f;
    if (length === 126) return this.#header.readUInt16BE(2);
    return length === 127 ? Number(this.#header.readBigUInt64BE(2)) : length;
  }
}
