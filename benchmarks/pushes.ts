import { RUNTIME } from "./servers.ts";
import type { Pushed, PushOrder } from "./subjects/push-receivers.ts";
import type { Table } from "./table.ts";
import { withServer } from "./with-server.ts";

export const PUSH_COUNTS = {
  users: 5000,
  pushes: 20_000,
  warmUps: 5000,
  underWay: 500,
  /** The numbers of events in one call of PutEvents. */
  entries: [1, 10] as readonly number[],
};

/** Pushes to users, each connected once, through all that `npm start` runs. */
export async function benchPushes({ users, pushes, warmUps, underWay, entries } = PUSH_COUNTS): Promise<Table[]> {
  const rows: string[][] = [];
  for (const each of entries) {
    const { perSecond, p50Ms, p99Ms, cpuMicros } = await push({ users, pushes, underWay, entries: each }, warmUps);
    rows.push([String(each), ...[perSecond, p50Ms, p99Ms, cpuMicros].map((value) => value.toFixed(0))]);
  }
  return [
    {
      title: `Pushes to ${users.toLocaleString("en")} users with a connection each`,
      note:
        `\`npm start\` in one process, publisher and clients in another: ${pushes.toLocaleString("en")} pushes to one user ` +
        `after the other, ${underWay} under way at once, after ${warmUps.toLocaleString("en")} that do not count. ` +
        "Milliseconds: from the call of PutEvents to the frame.",
      columns: ["events in a call", "pushes/s", "p50 ms", "p99 ms", "CPU µs/push"],
      rows,
    },
  ];
}

type Cost = Pushed & { readonly cpuMicros: number };

function push(order: Omit<PushOrder, "port">, warmUps: number): Promise<Cost> {
  const files = { server: RUNTIME.file, clients: "benchmarks/subjects/push-receivers.ts" };
  return withServer(files, async ({ clients, port, cpuMicros }) => {
    await clients.ask<Pushed>({ ...order, port, pushes: warmUps } satisfies PushOrder);
    const before = await cpuMicros();
    const pushed = await clients.ask<Pushed>({ ...order, port } satisfies PushOrder);
    return { ...pushed, cpuMicros: ((await cpuMicros()) - before) / order.pushes };
  });
}
