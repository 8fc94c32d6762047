import { once } from "node:events";
import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import { type ClientOptions, WebSocket } from "ws";

export type ConnectOptions = {
  /** Offered in this order. */
  readonly subprotocols?: readonly string[];
  readonly headers?: Readonly<Record<string, string>>;
  /** Added to the query of the URL. */
  readonly query?: Readonly<Record<string, string>>;
};

/** A handshake that was answered with another status than 101. */
export class HandshakeRefused extends Error {
  override readonly name = "HandshakeRefused";
  readonly status: number;
  readonly body: string;

  constructor(status: number, body: string) {
    super(`the handshake was answered with ${status}`);
    this.status = status;
    this.body = body;
  }
}

export type TestFrame = { readonly text: string; readonly isBinary: boolean };

/** A WebSocket client that keeps all frames until a test reads them, so that none is missed between two awaits. */
export class TestClient {
  /** @internal The socket of the package `ws`, for tests of the emulator itself. */
  readonly ws: WebSocket;
  #headers: IncomingHttpHeaders = {};
  readonly #frames: TestFrame[] = [];
  readonly #closed: Promise<{ readonly code: number; readonly reason: string }>;

  /** @internal */
  constructor(ws: WebSocket) {
    this.ws = ws;
    ws.on("upgrade", (response) => {
      this.#headers = response.headers;
    });
    ws.on("message", (data: Buffer, isBinary) => this.#frames.push({ text: data.toString(), isBinary }));
    ws.on("error", () => {});
    this.#closed = new Promise((resolve) => {
      ws.on("close", (code, reason) => resolve({ code, reason: reason.toString() }));
    });
  }

  /** The headers of the 101. */
  get headers(): IncomingHttpHeaders {
    return this.#headers;
  }

  /** The number of frames that have come and were not read yet. */
  get unread(): number {
    return this.#frames.length;
  }

  /** Sends a text, or any other value as JSON. */
  send(value: unknown): void {
    this.ws.send(typeof value === "string" ? value : JSON.stringify(value));
  }

  /** Waits for the next frame. */
  async frame(): Promise<TestFrame> {
    while (this.#frames.length === 0) await once(this.ws, "message");
    return this.#frames.shift() as TestFrame;
  }

  async text(): Promise<string> {
    return (await this.frame()).text;
  }

  // biome-ignore lint/suspicious/noExplicitAny: a test looks into the frame
  async json(): Promise<any> {
    return JSON.parse(await this.text());
  }

  /** Begins the close handshake. Without a code the close frame is empty. */
  close(code?: number, reason?: string): void {
    this.ws.close(code, reason);
  }

  /** Ends the TCP connection without a close frame. */
  terminate(): void {
    this.ws.terminate();
  }

  /** Resolves when the connection has ended: 1005 is a close frame without a code, 1006 no close frame. */
  closed(): Promise<{ readonly code: number; readonly reason: string }> {
    return this.#closed;
  }
}

/** Opens a connection. Rejects with HandshakeRefused, or with the error of the network. */
export function connectTo(url: string, options: ConnectOptions = {}): Promise<TestClient> {
  return openClient(url, options, {});
}

/** @internal The same with options of the package `ws`, for tests of the emulator itself. */
export async function openClient(url: string, options: ConnectOptions, raw: ClientOptions): Promise<TestClient> {
  const address = new URL(url);
  for (const [name, value] of Object.entries(options.query ?? {})) address.searchParams.append(name, value);
  const ws = new WebSocket(address, [...(options.subprotocols ?? [])], { ...raw, headers: { ...options.headers } });
  const client = new TestClient(ws);
  const refused = once(ws, "unexpected-response").then(([, response]) => refusalOf(response as IncomingMessage));
  const opened = once(ws, "open");
  // Only one of the two happens. The other must not be an unhandled rejection.
  for (const other of [refused, opened]) other.catch(() => {});
  const error = await Promise.race([opened.then(() => undefined), refused]);
  if (error === undefined) return client;
  ws.terminate();
  throw error;
}

/** The status of a handshake: 101 if it is accepted, and the connection is then closed. */
export async function handshakeStatus(url: string, options?: ConnectOptions): Promise<number> {
  try {
    const client = await connectTo(url, options);
    client.close();
    return 101;
  } catch (error) {
    if (error instanceof HandshakeRefused) return error.status;
    throw error;
  }
}

async function refusalOf(response: IncomingMessage): Promise<HandshakeRefused> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return new HandshakeRefused(response.statusCode ?? 0, Buffer.concat(chunks).toString());
}
