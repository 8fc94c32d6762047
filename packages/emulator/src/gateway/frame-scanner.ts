const FRAME_HEADER_BYTES = 2;
const MASK_BYTES = 4;
/** About the memory of the object that `ws` keeps for a frame: a message may come in many frames of one byte. */
const FRAME_COST = 128;
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
  /** The bytes of a header that comes in several chunks. */
  #begun: Buffer = NOTHING;
  #payloadLeft = 0;
  #messages = 0;
  /** The payloads and the cost of all frames, read or begun, of a message that is not complete. */
  #messageBytes = 0;
  #isInData = false;
  #isInLastFrame = false;
  #hasEnded = false;

  constructor(maxFrameBytes: number) {
    this.#maxFrameBytes = maxFrameBytes;
  }

  /** The memory of a message that is not complete: `ws` keeps its frames until its end. */
  get unfinishedBytes(): number {
    return this.#messageBytes - (this.#isInData ? this.#payloadLeft : 0);
  }

  /**
   * Finds the bad frame; undefined if there is none yet. Bytes after a close frame are ignored (RFC 6455 section
   * 5.5.1).
   */
  scan(chunk: Buffer): BadFrame | undefined {
    const bytes = this.#begun.length === 0 ? chunk : Buffer.concat([this.#begun, chunk]);
    this.#begun = NOTHING;
    let at = 0;
    while (at < bytes.length && !this.#hasEnded) {
      const skipped = Math.min(this.#payloadLeft, bytes.length - at);
      this.#payloadLeft -= skipped;
      at += skipped;
      if (this.#payloadLeft === 0) this.#finishPayload();
      if (at === bytes.length) return undefined;
      const headerBytes = headerLength(bytes, at);
      if (at + headerBytes > bytes.length) {
        // A copy: a view would keep the whole chunk.
        this.#begun = Buffer.from(bytes.subarray(at));
        return undefined;
      }
      const payload = payloadLength(bytes, at);
      if (payload === undefined) return { fault: "malformed-length", messages: this.#messages };
      if (payload > this.#maxFrameBytes) return { fault: "too-large", messages: this.#messages };
      this.#finishHeader(bytes[at] ?? 0, bytes[at + 1] ?? 0, payload);
      at += headerBytes;
    }
    return undefined;
  }

  #finishHeader(first: number, second: number, payload: number): void {
    const isFinal = (first & 0x80) !== 0;
    const isControl = (first & 0x08) !== 0;
    if (isFinal && !isControl) this.#messages += 1;
    this.#hasEnded = (first & 0x0f) === CLOSE;
    this.#payloadLeft = payload + ((second & 0x80) === 0 ? 0 : MASK_BYTES);
    this.#isInData = !isControl;
    this.#isInLastFrame = isFinal && !isControl;
    if (!isControl) this.#messageBytes += payload + FRAME_COST;
    if (this.#payloadLeft === 0) this.#finishPayload();
  }

  #finishPayload(): void {
    if (this.#isInLastFrame) this.#messageBytes = 0;
    this.#isInLastFrame = false;
    this.#isInData = false;
  }
}

const NOTHING = Buffer.alloc(0);

function headerLength(bytes: Buffer, at: number): number {
  const length = (bytes[at + 1] ?? 0) & 0x7f;
  return FRAME_HEADER_BYTES + (length === 126 ? 2 : length === 127 ? 8 : 0);
}

/** Undefined if the length has more bytes than necessary. */
function payloadLength(bytes: Buffer, at: number): number | undefined {
  const short = (bytes[at + 1] ?? 0) & 0x7f;
  if (short < 126) return short;
  const start = at + FRAME_HEADER_BYTES;
  const [length, least] =
    short === 126 ? [bytes.readUInt16BE(start), 126] : [Number(bytes.readBigUInt64BE(start)), 65_536];
  return length < least ? undefined : length;
}
