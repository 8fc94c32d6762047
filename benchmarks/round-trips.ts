import { median } from "./samples.ts";
import { BARE, SMALL_API } from "./servers.ts";
import { signedToken } from "./settings.ts";
import type { Talked, TalkOrder } from "./subjects/talker.ts";
import { ratio, type Table } from "./table.ts";
import { withServer } from "./with-server.ts";

const SERVERS = [BARE, SMALL_API];

export const ROUND_TRIP_COUNTS = { rounds: 5, roundTrips: 10_000 };

type Cost = Talked & { readonly cpuMicros: number };

/** One socket that sends its next message when the answer has come: to a function and back, beside a bare echo. */
export async function benchRoundTrips({ rounds, roundTrips } = ROUND_TRIP_COUNTS): Promise<Table[]> {
  const measured = SERVERS.map((server) => ({ ...server, talked: [] as Cost[] }));
  for (let round = 0; round < rounds; round += 1) {
    for (const { file, talked } of measured) talked.push(await talk(file, roundTrips));
  }
  const of = (talked: readonly Cost[], name: keyof Cost) => median(talked.map((one) => one[name]));
  const reference = of(measured[0]?.talked ?? [], "perSecond");
  return [
    {
      title: "Round trips of one socket",
      note:
        `Medians of ${rounds} interleaved rounds of ${roundTrips.toLocaleString("en")} round trips, after as many that do ` +
        "not count. The emulator invokes a function for each message; its route has a route response.",
      columns: ["server", "round trips/s", "p50 ms", "p99 ms", "CPU µs/round trip", "rate against ws"],
      rows: measured.map(({ label, talked }) => [
        label,
        of(talked, "perSecond").toFixed(0),
        of(talked, "p50Ms").toFixed(3),
        of(talked, "p99Ms").toFixed(3),
        of(talked, "cpuMicros").toFixed(0),
        ratio(of(talked, "perSecond"), reference),
      ]),
    },
  ];
}

function talk(file: string, roundTrips: number): Promise<Cost> {
  const files = { server: file, clients: "benchmarks/subjects/talker.ts" };
  return withServer(files, async ({ clients, port, cpuMicros }) => {
    const text = JSON.stringify({ action: "order", orderId: "order-17", note: "The next one, please." });
    const order: TalkOrder = { port, path: `/dev?access_token=${signedToken()}`, roundTrips, text };
    await clients.ask<Talked>(order);
    const before = await cpuMicros();
    const talked = await clients.ask<Talked>(order);
    return { ...talked, cpuMicros: ((await cpuMicros()) - before) / roundTrips };
  });
}
