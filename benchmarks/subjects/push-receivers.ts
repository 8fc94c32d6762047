// Connects one client for each user, and publishes pushes to users in turn, as many as may be under way at once. The
// publisher and all clients share a process, and so a clock. A message gives the numbers.
import { Agent, request } from "node:http";
import { performance } from "node:perf_hooks";
import { percentile } from "../samples.ts";
import { signedToken } from "../settings.ts";
import { openSocket } from "../web-socket-bytes.ts";

export type PushOrder = {
  readonly port: number;
  readonly users: number;
  readonly pushes: number;
  /** Pushes that are published and not received yet. */
  readonly underWay: number;
  /** The number of events in one call of PutEvents. */
  readonly entries: number;
};
export type Pushed = { readonly perSecond: number; readonly p50Ms: number; readonly p99Ms: number };

const CONCURRENT_CONNECTS = 50;

const userId = (number: number) => `user-${number}`;

/** Told of each push that arrives. Its number is in the push. */
let received: (push: number) => void = () => {};

async function connectAll({ port, users }: PushOrder): Promise<void> {
  let next = 0;
  const worker = async () => {
    while (next < users) {
      const token = signedToken({ userId: userId(next++) });
      const { socket } = await openSocket({ port, path: `/dev?access_token=${token}` });
      socket.setEncoding("latin1");
      socket.on("data", (text: string) => {
        for (const [, push] of text.matchAll(/push number (\d+)\./g)) received(Number(push));
      });
    }
  };
  await Promise.all(Array.from({ length: CONCURRENT_CONNECTS }, worker));
}

const agent = new Agent({ keepAlive: true });
const authorization = `AWS4-HMAC-SHA256 Credential=local/20260101/us-east-1/events/aws4_request, SignedHeaders=host, Signature=${"0".repeat(64)}`;

function putEvents(port: number, events: readonly object[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const body = JSON.stringify({ Entries: events });
    const headers = {
      "Content-Type": "application/x-amz-json-1.1",
      "X-Amz-Target": "AWSEvents.PutEvents",
      "Content-Length": Buffer.byteLength(body),
      authorization,
    };
    const putting = request({ port, host: "127.0.0.1", method: "POST", path: "/", agent, headers }, (response) => {
      response.resume().on("end", resolve).on("error", reject);
      if (response.statusCode !== 200) reject(new Error(`PutEvents: ${response.statusCode}`));
    });
    putting.on("error", reject).end(body);
  });
}

/** Publishes and waits for every push. */
async function pushAll({ port, users, pushes, underWay, entries }: PushOrder): Promise<Pushed> {
  const sentAt: number[] = [];
  const millis: number[] = [];
  const begun = performance.now();
  await new Promise<void>((resolve, reject) => {
    const publish = () => {
      while (sentAt.length < pushes && sentAt.length - millis.length + entries <= underWay) {
        const events = Array.from({ length: Math.min(entries, pushes - sentAt.length) }, () => {
          const push = sentAt.push(performance.now()) - 1;
          const Detail = JSON.stringify({ userId: userId(push % users), message: `This is push number ${push}.` });
          return { Source: "CLI", DetailType: "Send User Push Notification", Detail };
        });
        putEvents(port, events).catch(reject);
      }
    };
    received = (push) => {
      millis.push(performance.now() - (sentAt[push] ?? Number.NaN));
      if (millis.length === pushes) resolve();
      else publish();
    };
    publish();
  });
  const perSecond = pushes / ((performance.now() - begun) / 1000);
  return { perSecond, p50Ms: percentile(millis, 0.5), p99Ms: percentile(millis, 0.99) };
}

let connected: Promise<void> | undefined;

process.on("message", async (order: PushOrder) => {
  connected ??= connectAll(order);
  await connected;
  process.send?.(await pushAll(order));
});
