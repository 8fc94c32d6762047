import { randomBytes } from "node:crypto";
import { connect, type Socket } from "node:net";
import { performance } from "node:perf_hooks";

// Bare sockets with handshake and frames written out: a client library would cost more than the servers measured.

export type Address = { readonly port: number; readonly path: string };

/** Resolves with the socket, and the milliseconds from the first packet to the server's 101. */
export function openSocket(address: Address): Promise<{ readonly socket: Socket; readonly millis: number }> {
  return new Promise((resolve, reject) => {
    const start = performance.now();
    const socket = connect(address.port, "127.0.0.1", () => socket.write(handshake(address)));
    socket.setNoDelay();
    socket.once("error", reject).once("data", (answer) => {
      if (!answer.toString("latin1").startsWith("HTTP/1.1 101 ")) return reject(new Error("Not let in"));
      resolve({ socket, millis: performance.now() - start });
    });
  });
}

function handshake({ port, path }: Address): string {
  const lines = [
    `GET ${path} HTTP/1.1`,
    `Host: 127.0.0.1:${port}`,
    "Connection: Upgrade",
    "Upgrade: websocket",
    "Sec-WebSocket-Version: 13",
    `Sec-WebSocket-Key: ${randomBytes(16).toString("base64")}`,
  ];
  return `${lines.join("\r\n")}\r\n\r\n`;
}

/** A client's text frame of at most 125 bytes (RFC 6455 section 5.2). */
export function textFrame(text: string): Buffer {
  const payload = Buffer.from(text);
  if (payload.length > 125) throw new RangeError("The text is too long for a short frame");
  const mask = randomBytes(4);
  const masked = payload.map((byte, at) => byte ^ (mask[at % 4] ?? 0));
  return Buffer.concat([Buffer.of(0x81, 0x80 | payload.length), mask, masked]);
}
