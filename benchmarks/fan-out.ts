import { fork } from "node:child_process";
import { once } from "node:events";
import { runToEnd } from "./fresh-process.ts";
import { median } from "./samples.ts";
import type { FanOutCost, FanOutWay } from "./subjects/fan-out-run.ts";
import { ratio, type Table } from "./table.ts";

type Case = { readonly way: FanOutWay; readonly count: number };

/** The largest audience of the plain way, which holds all of it in memory. Ours only takes longer. */
const CASES: readonly Case[] = [
  ...[100, 1000, 10_000].flatMap((count) => [
    { way: "plain" as const, count },
    { way: "portcullis" as const, count },
  ]),
  { way: "portcullis", count: 100_000 },
];

/** One push to an audience, posted to a stand-in that takes each post in 2 ms. */
export async function benchFanOut(rounds = 3, cases: readonly Case[] = CASES): Promise<Table[]> {
  const standIn = fork("benchmarks/subjects/connections-stand-in.ts", { env: {} });
  try {
    const [port] = (await once(standIn, "message")) as [number];
    const costs = cases.map((): FanOutCost[] => []);
    for (let round = 0; round < rounds; round += 1) {
      for (const [index, { way, count }] of cases.entries()) {
        const args = [way, String(count), `http://127.0.0.1:${port}/dev`];
        costs[index]?.push(await runToEnd<FanOutCost>({ file: "benchmarks/subjects/fan-out-run.ts", args }));
      }
    }
    return [
      tableOf(
        cases.map((one, index) => ({ ...one, ...medianOf(costs[index] ?? []) })),
        rounds,
      ),
    ];
  } finally {
    standIn.kill();
  }
}

type Measured = Case & FanOutCost;

function medianOf(costs: readonly FanOutCost[]): FanOutCost {
  const of = (name: keyof FanOutCost) => median(costs.map((cost) => cost[name]));
  return {
    seconds: of("seconds"),
    cpuSeconds: of("cpuSeconds"),
    peakBytes: of("peakBytes"),
    heldBytes: of("heldBytes"),
  };
}

const LABELS: Readonly<Record<FanOutWay, string>> = { plain: "plain", portcullis: "Portcullis" };

function tableOf(measured: readonly Measured[], rounds: number): Table {
  const row = ({ way, count, seconds, cpuSeconds, peakBytes, heldBytes }: Measured): string[] => {
    const plain = measured.find((other) => other.way === "plain" && other.count === count);
    return [
      `${LABELS[way]}, ${count.toLocaleString("en")} connections`,
      (count / seconds).toFixed(0),
      ((cpuSeconds / count) * 1e6).toFixed(0),
      (heldBytes / 2 ** 20).toFixed(0),
      (peakBytes / 2 ** 20).toFixed(0),
      plain === undefined ? "-" : ratio(plain.seconds, seconds),
    ];
  };
  return {
    title: "Fan-out of one push",
    note:
      `Medians of ${rounds} fresh processes each, warmed up by 1,000 posts; the stand-in answers after 2 ms, in its own ` +
      "process. Plain: the whole audience in one `Promise.all` of the SDK's `PostToConnection`, as the SDK comes. " +
      "Held: heap and buffers that cannot be collected half-way through. Peak: the process's, with Node.js, the modules of " +
      "both ways, and the garbage that V8 leaves lying while memory is free.",
    columns: ["way", "messages/s", "CPU µs/message", "held MB", "peak MB", "rate against plain"],
    rows: measured.map(row),
  };
}
