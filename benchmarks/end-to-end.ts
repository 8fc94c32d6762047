import { Companion } from "./companion.ts";
import { signedToken } from "./settings.ts";
import type { FollowersOrder, PushTimes } from "./subjects/followers.ts";
import type { Table } from "./table.ts";

const COUNTS = {
  /** Each with as many pushes as give some thousands of frames, and no fewer than a hundred for the 99th percentile. */
  cases: [
    { followers: 1, pushes: 500 },
    { followers: 100, pushes: 200 },
    { followers: 1000, pushes: 100 },
  ] as readonly Pick<FollowersOrder, "followers" | "pushes">[],
  warmUps: 50,
};

/** From the publisher's call to the follower's frame, through all that `npm start` runs. */
export async function benchEndToEnd({ cases, warmUps } = COUNTS): Promise<Table[]> {
  const rows: string[][] = [];
  for (const { followers, pushes } of cases) {
    const { p50Ms, p99Ms, lastMs } = await timesOf({ followers, pushes, warmUps });
    rows.push([String(followers), String(pushes), p50Ms.toFixed(1), p99Ms.toFixed(1), lastMs.toFixed(1)]);
  }
  return [
    {
      title: "From put-events to the frame",
      note:
        "The local runtime in one process; the SDK's `PutEvents` and all followers in another. One push at a time, over " +
        `every frame of every push, after ${warmUps} pushes that do not count. On AWS the network and EventBridge come on top.`,
      columns: ["followers", "pushes", "p50 ms", "p99 ms", "last follower, p50 ms"],
      rows,
    },
  ];
}

async function timesOf(order: Omit<FollowersOrder, "port" | "token">): Promise<PushTimes> {
  const server = Companion.start("benchmarks/subjects/local-runtime.ts");
  const clients = Companion.start("benchmarks/subjects/followers.ts");
  try {
    const { port } = await server.hear<{ port: number }>();
    return await clients.ask<PushTimes>({ ...order, port, token: signedToken() } satisfies FollowersOrder);
  } finally {
    await Promise.all([server.end(), clients.end()]);
  }
}
