import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { connect as connectSocket, type Socket } from "node:net";
import { type ClientOptions, WebSocket } from "ws";

export type Frame = { readonly text: string; readonly isBinary: boolean };

/** A WebSocket client that keeps all frames until a test reads them, so that none is missed between two awaits. */
export class TestClient {
  readonly ws: WebSocket;
  /** The headers of the 101. */
  headers: IncomingMessage["headers"] = {};
  readonly #frames: Frame[] = [];
  readonly #closed: Promise<{ code: number; reason: string }>;

  constructor(ws: WebSocket) {
    this.ws = ws;
    ws.on("upgrade", (response) => {
      this.headers = response.headers;
    });
    ws.on("message", (data: Buffer, isBinary) => this.#frames.push({ text: data.toString(), isBinary }));
    ws.on("error", () => {});
    this.#closed = new Promise((resolve) => {
      ws.on("close", (code, reason) => resolve({ code, reason: reason.toString() }));
    });
  }

  async frame(): Promise<Frame> {
    while (this.#frames.length === 0) await once(this.ws, "message");
    return this.#frames.shift() as Frame;
  }

  async text(): Promise<string> {
    return (await this.frame()).text;
  }

  get unread(): number {
    return this.#frames.length;
  }

  send(value: unknown): void {
    this.ws.send(typeof value === "string" ? value : JSON.stringify(value));
  }

  closed(): Promise<{ code: number; reason: string }> {
    return this.#closed;
  }
}

/** Rejects unless the handshake ends in a 101. */
export async function connect(url: string, protocols: string[] = [], options: ClientOptions = {}): Promise<TestClient> {
  const ws = new WebSocket(url, protocols, options);
  const client = new TestClient(ws);
  await once(ws, "open");
  return client;
}

/** The status of the response to a handshake, 101 if it is accepted. */
export function handshakeStatus(url: string, protocols: string[] = [], options: ClientOptions = {}): Promise<number> {
  return new Promise((resolve, reject) => {
    const ws = new WebSocket(url, protocols, options);
    ws.on("open", () => {
      ws.close();
      resolve(101);
    });
    ws.on("unexpected-response", (request, response) => {
      request.destroy();
      resolve(response.statusCode ?? 0);
    });
    ws.on("error", reject);
  });
}

/** A server's response to raw bytes: to its end, or to the end of its headers if the server keeps the socket. */
export async function exchange(port: number, request: string | Buffer): Promise<string> {
  const socket = await openSocket(port);
  socket.write(request);
  let answer = "";
  for await (const chunk of socket) {
    answer += chunk.toString("latin1");
    if (answer.startsWith("HTTP/1.1 101") && answer.includes("\r\n\r\n")) break;
  }
  socket.destroy();
  return answer;
}

export async function openSocket(port: number): Promise<Socket> {
  const socket = connectSocket(port, "127.0.0.1");
  await once(socket, "connect");
  return socket;
}

export function statusOf(answer: string): number {
  return Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1]);
}

/** A header's value, for any case of its name. */
export function headerOf(answer: string, name: string): string | undefined {
  return new RegExp(`\\r\\n${name}: ([^\\r]*)`, "i").exec(answer)?.[1];
}

/** A handshake as text, which tests change into malformed ones. */
export function upgradeText(
  overrides: Readonly<Record<string, string | undefined>> = {},
  requestLine = "GET /dev HTTP/1.1",
): string {
  const headers = {
    Host: "127.0.0.1",
    Upgrade: "websocket",
    Connection: "Upgrade",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Version": "13",
    ...overrides,
  };
  const lines = Object.entries(headers).filter(([, value]) => value !== undefined);
  return [requestLine, ...lines.map(([name, value]) => `${name}: ${value}`), "", ""].join("\r\n");
}
