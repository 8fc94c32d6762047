// Opens WebSocket connections, and keeps them or closes each at once, told how many and where by message.
import type { Socket } from "node:net";
import { performance } from "node:perf_hooks";
import { percentile } from "../samples.ts";
import { type Address, openSocket } from "../web-socket-bytes.ts";

export type Order = Address & { readonly connections: number; readonly thenClose?: boolean };
export type Opened = { readonly perSecond: number; readonly p50Ms: number; readonly p99Ms: number };

/** As many handshakes are under way at once. */
const CONCURRENCY = 50;

/** A reference to each socket: the garbage collector would close them. */
const open: Socket[] = [];

async function openAll(order: Order): Promise<Opened> {
  const millis: number[] = [];
  let left = order.connections;
  const start = performance.now();
  const worker = async () => {
    while (left > 0) {
      left -= 1;
      const opened = await openSocket(order);
      if (order.thenClose) opened.socket.destroy();
      else open.push(opened.socket);
      millis.push(opened.millis);
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
