import { once } from "node:events";
import { connect, type Socket } from "node:net";

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
  const socket = connect(port, "127.0.0.1");
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
