import { RUNTIME } from "./servers.ts";
import { signedToken } from "./settings.ts";
import type { PushTimes, SubscribersOrder } from "./subjects/subscribers.ts";
import type { Table } from "./table.ts";
import { withServer } from "./with-server.ts";

const COUNTS = {
  /** Enough pushes for some thousands of frames, and at least a hundred for the 99th percentile. */
  cases: [
    { subscribers: 1, pushes: 500 },
    { subscribers: 100, pushes: 200 },
    { subscribers: 1000, pushes: 100 },
  ] as readonly Pick<SubscribersOrder, "subscribers" | "pushes">[],
  warmUps: 50,
};

/** From the publisher's call to the subscriber's frame, through all that `npm start` runs. */
export async function benchEndToEnd({ cases, warmUps } = COUNTS): Promise<Table[]> {
  const rows: string[][] = [];
  for (const { subscribers, pushes } of cases) {
    const { p50Ms, p99Ms, lastMs } = await timesOf({ subscribers, pushes, warmUps });
    rows.push([String(subscribers), String(pushes), p50Ms.toFixed(1), p99Ms.toFixed(1), lastMs.toFixed(1)]);
  }
  return [
    {
      title: "From put-events to the frame",
      note:
        "`npm start` in one process; the SDK's `PutEvents` and all subscribers in another. One push at a time, " +
        `every frame of every push, after ${warmUps} pushes that do not count. On AWS the network and EventBridge come on top.`,
      columns: ["subscribers", "pushes", "p50 ms", "p99 ms", "last subscriber, p50 ms"],
      rows,
    },
  ];
}

function timesOf(order: Omit<SubscribersOrder, "port" | "token">): Promise<PushTimes> {
  const files = { server: RUNTIME.file, clients: "benchmarks/subjects/subscribers.ts" };
  const token = signedToken({ permissions: ["subscribe:*"] });
  return withServer(files, ({ clients, port }) =>
    clients.ask<PushTimes>({ ...order, port, token } satisfies SubscribersOrder),
  );
}
