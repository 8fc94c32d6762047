const FRAME_HEADER_BYTES = 2;
const MASK_BYTES = 4;
/** The opcode of a close frame. */
const CLOSE = 8;

/** A frame that ends the connection, and the number of whole messages before it. */
export type BadFrame = { readonly fault: "too-large" | "malformed-length"; readonly messages: number };

/**
 * Finds the first frame that `ws` accepts and the gateway refuses: a frame that is too large, since `ws` only bounds
 * whole messages, or one whose length has more bytes than necessary (RFC 6455 section 5.2). Keeps no payload.
 */
export class FrameScanner {
  readonly #maxFrameBytes: number;
  readonly #header = Buffer.alloc(10);
  #headerBytes = 0;
  #payloadLeft = 0;
  #messages = 0;
  #hasEnded = false;

  constructor(maxFrameBytes: number) {
    this.#maxFrameBytes = maxFrameBytes;
  }

  /**
   * Finds the bad frame; undefined if there is none yet. Bytes after a close frame are ignored (RFC 6455 section
   * 5.5.1).
   */
  scan(chunk: Buffer): BadFrame | undefined {
    let at = 0;
    while (at < chunk.length && !this.#hasEnded) {
      if (this.#payloadLeft > 0) {
        const skipped = Math.min(this.#payloadLeft, chunk.length - at);
        this.#payloadLeft -= skipped;
        at += skipped;
        continue;
      }
      this.#header[this.#headerBytes++] = chunk[at++] ?? 0;
      if (this.#headerBytes < this.#headerLength()) continue;
      const payload = this.#payloadLength();
      if (payload === undefined) return { fault: "malformed-length", messages: this.#messages };
      if (payload > this.#maxFrameBytes) return { fault: "too-large", messages: this.#messages };
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
    this.#hasEnded = (first & 0x0f) === CLOSE;
    this.#payloadLeft = payload + ((second & 0x80) === 0 ? 0 : MASK_BYTES);
    this.#headerBytes = 0;
  }

  #headerLength(): number {
    if (this.#headerBytes < FRAME_HEADER_BYTES) return FRAME_HEADER_BYTES;
    const length = (this.#header[1] ?? 0) & 0x7f;
    return FRAME_HEADER_BYTES + (length === 126 ? 2 : length === 127 ? 8 : 0);
  }

  #payloadLength(): number | undefined {
    const short = (this.#header[1] ?? 0) & 0x7f;
    if (short < 126) return short;
    const [length, least] =
      short === 126 ? [this.#header.readUInt16BE(2), 126] : [Number(this.#header.readBigUInt64BE(2)), 65_536];
    return length < least ? undefined : length;
  }
}
