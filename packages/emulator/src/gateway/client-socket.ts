import type { Duplex } from "node:stream";
import { WebSocket } from "ws";
import type { Cancel, Scheduler } from "../scheduler.ts";
import type { ClientMemory } from "./client-memory.ts";
import {
  BINARY_REFUSED,
  type Closing,
  CUT_OFF,
  closedByClient,
  closedForViolation,
  GOING_AWAY,
  MALFORMED,
  TOO_LARGE,
} from "./closing.ts";
import { FrameScanner } from "./frame-scanner.ts";
import { IDLE_TIMEOUT_MS, MAX_CONNECTION_MS, MAX_FRAME_BYTES } from "./quotas.ts";

/** The limit of unsent bytes for a client that does not read. API Gateway's own limit is not published. */
const MAX_BUFFERED_BYTES = 1024 * 1024;

export type ClientSocketEvents = {
  readonly onText: (text: string) => void;
  /** Called exactly once, when the socket is closed. */
  readonly onClosed: (closing: Closing) => void;
};

/**
 * A client's WebSocket within API Gateway's limits: frame size, idle time, duration and unsent bytes. `memory` bounds
 * the bytes of all clients together.
 */
export class ClientSocket {
  readonly #ws: WebSocket;
  readonly #scheduler: Scheduler;
  readonly #memory: ClientMemory;
  #cancelWatch: Cancel;
  #lastActiveAt: number;
  /** When the two hours end. */
  readonly endsAt: number;
  #closing: Closing | undefined;
  #isHalfOpen = false;
  /** Set by a bad frame: `ws` may read a close frame behind it before `close` is called. */
  #violation: Closing | undefined;
  #isGone = false;
  #incomingBytes = 0;
  /** The bytes that `memory` has noted. */
  #heldBytes = 0;
  #messages = 0;
  #messagesAllowed = Number.POSITIVE_INFINITY;

  constructor(
    ws: WebSocket,
    stream: Duplex,
    { scheduler, memory }: { readonly scheduler: Scheduler; readonly memory: ClientMemory },
    events: ClientSocketEvents,
  ) {
    this.#ws = ws;
    this.#scheduler = scheduler;
    this.#memory = memory;
    this.#lastActiveAt = scheduler.now();
    this.endsAt = this.#lastActiveAt + MAX_CONNECTION_MS;
    this.#cancelWatch = this.#watch(IDLE_TIMEOUT_MS);
    this.#boundFrames(stream);
    ws.on("message", (data: Buffer, isBinary) => this.#receive(data, isBinary, events.onText));
    ws.on("error", (error: Error & { code?: string }) => {
      // Errors of the socket itself, such as ECONNRESET, are no violations: the close event reports them.
      if (error.code?.startsWith("WS_ERR_")) this.#closing ??= closedForViolation(error.code);
    });
    ws.on("close", (code, reason) => {
      this.#cancelWatch();
      this.#forgetBytes();
      events.onClosed(this.#closing ?? this.#violation ?? closedByClient(code, reason.toString()));
    });
  }

  get isOpen(): boolean {
    return this.#ws.readyState === WebSocket.OPEN && this.#closing === undefined;
  }

  /** True if the network swallows all frames. */
  get isHalfOpen(): boolean {
    return this.#isHalfOpen;
  }

  get lastActiveAt(): number {
    return this.#lastActiveAt;
  }

  /** When the connection ends if neither side sends anything until then. */
  get idleEndsAt(): number {
    return this.#lastActiveAt + IDLE_TIMEOUT_MS;
  }

  /** Sends a text frame. `full`: too many bytes are unsent, and the frame is dropped. */
  send(text: string): "sent" | "closed" | "full" {
    if (!this.isOpen) return "closed";
    if (this.#ws.bufferedAmount + Buffer.byteLength(text) > MAX_BUFFERED_BYTES) return "full";
    if (!this.#isHalfOpen) this.#ws.send(text, this.#noteBytes);
    this.#noteBytes();
    // All clients together held too much, and this one most.
    if (this.#isGone) return "closed";
    this.#lastActiveAt = this.#scheduler.now();
    return "sent";
  }

  /** Closes the connection. The first reason counts. A client that does not respond is cut off after a second. */
  close(closing: Closing): void {
    if (!this.isOpen) return;
    this.#closing = closing;
    if (this.#isHalfOpen) this.#ws.terminate();
    else this.#ws.close(closing.code, closing.reason);
  }

  /**
   * Lets the network swallow all frames from now on, in both directions. The client can still see the TCP connection
   * end when the gateway gives the connection up.
   */
  becomeHalfOpen(): void {
    this.#isHalfOpen = true;
    this.#ws.pause();
  }

  /** Ends the socket without a close frame: its client does not read, or a fault cuts it off. */
  terminate(): void {
    this.#closing ??= CUT_OFF;
    this.#forgetBytes();
    this.#ws.terminate();
  }

  /** Called when bytes may have come or gone. After a frame to a client that reads, none are left. */
  readonly #noteBytes = (): void => {
    const bytes = this.#isGone ? 0 : this.#ws.bufferedAmount + this.#incomingBytes;
    if (bytes === this.#heldBytes) return;
    this.#heldBytes = bytes;
    this.#memory.note(this, bytes);
  };

  #forgetBytes(): void {
    this.#isGone = true;
    this.#noteBytes();
  }

  #receive(data: Buffer, isBinary: boolean, onText: (text: string) => void): void {
    this.#messages += 1;
    // A half-open socket may have read some frames already.
    if (!this.isOpen || this.#isHalfOpen || this.#messages > this.#messagesAllowed) return;
    this.#lastActiveAt = this.#scheduler.now();
    if (isBinary) this.close(BINARY_REFUSED);
    else onText(data.toString());
  }

  /** Reads each chunk just before `ws` does. Messages before a bad frame still count. */
  #boundFrames(stream: Duplex): void {
    const scanner = new FrameScanner(MAX_FRAME_BYTES);
    const scan = (chunk: Buffer): void => {
      const bad = scanner.scan(chunk);
      this.#incomingBytes = scanner.unfinishedBytes;
      this.#noteBytes();
      if (bad === undefined) return;
      stream.removeListener("data", scan);
      this.#messagesAllowed = bad.messages;
      const violation = bad.fault === "too-large" ? TOO_LARGE : MALFORMED;
      this.#violation = violation;
      queueMicrotask(() => {
        this.close(violation);
        // As `ws` does after a violation of the protocol, this does not wait for the client's close frame.
        if (bad.fault === "malformed-length") stream.end();
      });
    };
    stream.prependListener("data", scan);
  }

  /**
   * Ends the connection after ten idle minutes or two hours. There is one timer per connection, which is set again only
   * when it fires: a message costs no timer.
   */
  #watch(millis: number): Cancel {
    return this.#scheduler.after(millis, () => {
      const left = Math.min(this.idleEndsAt, this.endsAt) - this.#scheduler.now();
      if (left > 0) this.#cancelWatch = this.#watch(left);
      else this.close(GOING_AWAY);
    });
  }
}
