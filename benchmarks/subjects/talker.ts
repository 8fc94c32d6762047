// One client that sends a message, waits for the answer, and sends the next one. A message gives the numbers.
import { once } from "node:events";
import { performance } from "node:perf_hooks";
import { percentile } from "../samples.ts";
import { type Address, openSocket, textFrame } from "../web-socket-bytes.ts";

export type TalkOrder = Address & { readonly roundTrips: number; readonly text: string };
export type Talked = { readonly perSecond: number; readonly p50Ms: number; readonly p99Ms: number };

async function talk(order: TalkOrder): Promise<Talked> {
  const { socket } = await openSocket(order);
  const frame = textFrame(order.text);
  const millis: number[] = [];
  const begun = performance.now();
  while (millis.length < order.roundTrips) {
    const sent = performance.now();
    socket.write(frame);
    // An answer is short, and comes in one piece.
    await once(socket, "data");
    millis.push(performance.now() - sent);
  }
  const perSecond = order.roundTrips / ((performance.now() - begun) / 1000);
  socket.destroy();
  return { perSecond, p50Ms: percentile(millis, 0.5), p99Ms: percentile(millis, 0.99) };
}

process.on("message", async (order: TalkOrder) => process.send?.(await talk(order)));
