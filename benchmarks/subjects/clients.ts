// Opens WebSocket connections and keeps them, told how many and where by message. Bare sockets with the handshake written
// out: a client library would cost more than the servers measured.
import { randomBytes } from "node:crypto";
import { connect, type Socket } from "node:net";
import { performance } from "node:perf_hooks";
import { percentile } from "../samples.ts";

export type Order = { readonly port: number; readonly path: string; readonly connections: number };
export type Opened = { readonly perSecond: number; readonly p50Ms: number; readonly p99Ms: number };

/** As many handshakes are under way at once. */
const CONCURRENCY = 50;

/** A reference to each socket: the garbage collector would close them. */
const open: Socket[] = [];

function handshake({ port, path }: Order): string {
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

/** Resolves with the milliseconds from the first packet to the server's 101. */
function openOne(order: Order): Promise<number> {
  return new Promise((resolve, reject) => {
    const start = performance.now();
    const socket = connect(order.port, "127.0.0.1", () => socket.write(handshake(order)));
    socket.once("error", reject).once("data", (answer) => {
      if (!answer.toString("latin1").startsWith("HTTP/1.1 101 ")) return reject(new Error("Not let in"));
      resolve(performance.now() - start);
    });
    open.push(socket);
  });
}

async function openAll(order: Order): Promise<Opened> {
  const millis: number[] = [];
  let left = order.connections;
  const start = performance.now();
  const worker = async () => {
    while (left > 0) {
      left -= 1;
      millis.push(await openOne(order));
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, worker));
  const seconds = (performance.now() - start) / 1000;
  return {
    perSecond: order.connections / seconds,
    p50Ms: percentile(millis, 0.5),
    p99Ms: percentile(millis, 0.99),
  };
}

process.on("message", async (order: Order) => process.send?.(await openAll(order)));
