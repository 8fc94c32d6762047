import { setTimeout as pause } from "node:timers/promises";
import { residentBytes } from "./resident-memory.ts";
import { median } from "./samples.ts";
import { BARE, RUNTIME, SMALL_API, VERIFYING } from "./servers.ts";
import { signedToken } from "./settings.ts";
import type { LiveMemory } from "./subjects/announce.ts";
import type { Opened, Order } from "./subjects/clients.ts";
import { ratio, type Table } from "./table.ts";
import { withServer } from "./with-server.ts";

const SERVERS = [BARE, VERIFYING, SMALL_API, RUNTIME];

export const CONNECT_COUNTS = {
  rounds: 3,
  connects: 2000,
  /** Connects before, closed at once. V8 compiles the last hot functions after some thousands. */
  warmUps: 10_000,
  /** The numbers of open connections at which memory is measured. */
  idle: [0, 1000, 5000] as readonly number[],
  settleMs: 1000,
};

/** Handshakes per second, and the memory of idle connections. Servers and clients have processes of their own. */
export async function benchConnects(counts = CONNECT_COUNTS): Promise<Table[]> {
  return [await rates(counts), await memory(counts)];
}

type Cost = Opened & { readonly cpuMicros: number };

type Server = {
  open(connections: number, then?: "close"): Promise<Cost>;
  residentBytes(): number;
  /** Collects garbage first. */
  liveBytes(): Promise<number>;
};

function withClients<T>(file: string, work: (server: Server) => Promise<T>): Promise<T> {
  const files = { server: file, clients: "benchmarks/subjects/clients.ts" };
  return withServer(files, ({ server, clients, port, cpuMicros }) => {
    const path = `/dev?access_token=${signedToken()}`;
    return work({
      open: async (connections, then) => {
        const before = await cpuMicros();
        const order: Order = { port, path, connections, thenClose: then === "close" };
        const opened = await clients.ask<Opened>(order);
        return { ...opened, cpuMicros: ((await cpuMicros()) - before) / connections };
      },
      residentBytes: () => residentBytes(server.pid),
      liveBytes: async () => (await server.ask<LiveMemory>({ of: "memory" })).liveBytes,
    });
  });
}

async function rates({ rounds, connects, warmUps, settleMs }: typeof CONNECT_COUNTS): Promise<Table> {
  const measured = SERVERS.map((server) => ({ ...server, opened: [] as Cost[] }));
  for (let round = 0; round < rounds; round += 1) {
    for (const { file, opened } of measured) {
      opened.push(
        await withClients(file, async ({ open }) => {
          await open(warmUps, "close");
          await pause(settleMs);
          return open(connects);
        }),
      );
    }
  }
  const of = (opened: readonly Cost[], name: keyof Cost) => median(opened.map((one) => one[name]));
  const rateOf = (reference: typeof BARE) =>
    of(measured.find(({ file }) => file === reference.file)?.opened ?? [], "perSecond");
  return {
    title: "Connects",
    note:
      `Medians of ${rounds} interleaved rounds: ${connects.toLocaleString("en")} connects, 50 at a time, to a new server ` +
      `that has had ${warmUps.toLocaleString("en")} before. All servers but the first verify the same token with jose. The ` +
      "account's quota of 500 a second, which `npm start` keeps, is lifted.",
    columns: ["server", "connects/s", "p50 ms", "p99 ms", "CPU µs/connect", "rate against ws", "against verifying ws"],
    rows: measured.map(({ label, opened }) => [
      label,
      of(opened, "perSecond").toFixed(0),
      of(opened, "p50Ms").toFixed(1),
      of(opened, "p99Ms").toFixed(1),
      of(opened, "cpuMicros").toFixed(0),
      ratio(of(opened, "perSecond"), rateOf(BARE)),
      ratio(of(opened, "perSecond"), rateOf(VERIFYING)),
    ]),
  };
}

async function memory({ idle, settleMs }: typeof CONNECT_COUNTS): Promise<Table> {
  const rows: string[][] = [];
  for (const { label, file } of SERVERS) {
    const used = await withClients(file, (server) => memoryAt(server, idle, settleMs));
    const [first, last] = [used.at(0), used.at(-1)];
    if (first === undefined || last === undefined) throw new Error("no number of connections to measure at");
    const perConnection = (name: keyof Used) =>
      ((last[name] - first[name]) / 1024 / (last.connections - first.connections)).toFixed(1);
    rows.push([
      label,
      ...used.map(({ resident }) => (resident / 2 ** 20).toFixed(0)),
      perConnection("resident"),
      perConnection("live"),
    ]);
  }
  return {
    title: "Memory of idle connections",
    note:
      "Resident, in a new server each, after the last connection has been open for a while: this includes garbage, and " +
      "so differs by a third from run to run. Live: JavaScript's heap and buffers after a collection.",
    columns: [
      "server",
      ...idle.map((connections) => `MB at ${connections}`),
      "KB per connection, resident",
      "KB per connection, live",
    ],
    rows,
  };
}

type Used = { readonly connections: number; readonly resident: number; readonly live: number };

async function memoryAt(server: Server, idle: readonly number[], settleMs: number): Promise<Used[]> {
  const used: Used[] = [];
  let opened = 0;
  for (const connections of idle) {
    if (connections > opened) await server.open(connections - opened);
    opened = connections;
    await pause(settleMs);
    used.push({ connections, resident: server.residentBytes(), live: await server.liveBytes() });
  }
  return used;
}
