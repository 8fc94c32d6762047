// Connects, subscribes to one entity on every connection, and publishes to it. A message gives the numbers.
// Publisher and subscribers share a process, and so a clock.
import { once } from "node:events";
import { performance } from "node:perf_hooks";
import { EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";
import { WebSocket } from "ws";
import { median, percentile } from "../samples.ts";

export type SubscribersOrder = {
  readonly port: number;
  readonly token: string;
  readonly subscribers: number;
  readonly pushes: number;
  readonly warmUps: number;
};
export type PushTimes = { readonly p50Ms: number; readonly p99Ms: number; readonly lastMs: number };

/** The number of concurrent connects that the emulator handles without queueing. */
const CONCURRENCY = 50;

/** From the call of PutEvents to each subscriber's frame, in milliseconds. */
type Push = readonly number[];

async function subscribe({ port, token }: SubscribersOrder, entityId: string): Promise<WebSocket> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/dev`, ["websocket", token]);
  await once(socket, "open");
  socket.send(JSON.stringify({ action: "subscribe", entityId }));
  const [answer] = await once(socket, "message");
  if (JSON.parse(String(answer)).type !== "subscribed") throw new Error(`Not subscribed: ${answer}`);
  return socket;
}

async function subscribeSockets(order: SubscribersOrder, entityId: string): Promise<WebSocket[]> {
  const sockets: WebSocket[] = [];
  while (sockets.length < order.subscribers) {
    const count = Math.min(CONCURRENCY, order.subscribers - sockets.length);
    sockets.push(...(await Promise.all(Array.from({ length: count }, () => subscribe(order, entityId)))));
  }
  return sockets;
}

async function push(bus: EventBridgeClient, sockets: readonly WebSocket[], entityId: string): Promise<Push> {
  const Detail = JSON.stringify({ entityId, message: "Your order is on its way." });
  const started = performance.now();
  const frames = sockets.map(async (socket) => {
    await once(socket, "message");
    return performance.now() - started;
  });
  await bus.send(new PutEventsCommand({ Entries: [{ Source: "CLI", DetailType: "Entity Updated", Detail }] }));
  return Promise.all(frames);
}

async function measure(order: SubscribersOrder): Promise<PushTimes> {
  const endpoint = `http://127.0.0.1:${order.port}`;
  const credentials = { accessKeyId: "local", secretAccessKey: "local" };
  const bus = new EventBridgeClient({ region: "us-east-1", endpoint, credentials });
  const entityId = `entity-${order.subscribers}`;
  const sockets = await subscribeSockets(order, entityId);
  for (let round = 0; round < order.warmUps; round += 1) await push(bus, sockets, entityId);
  const pushes: Push[] = [];
  for (let round = 0; round < order.pushes; round += 1) pushes.push(await push(bus, sockets, entityId));
  for (const socket of sockets) socket.terminate();
  bus.destroy();
  return {
    p50Ms: percentile(pushes.flat(), 0.5),
    p99Ms: percentile(pushes.flat(), 0.99),
    lastMs: median(pushes.map((times) => Math.max(...times))),
  };
}

process.on("message", async (order: SubscribersOrder) => process.send?.(await measure(order)));
