import type { Returned, ReturnOrder, Way } from "./subjects/returning-clients.ts";
import { ratio, type Table } from "./table.ts";
import { withServer } from "./with-server.ts";

const WAYS: readonly { readonly label: string; readonly way: Way }[] = [
  { label: "a `subscribe` for each entity", way: "subscribes" },
  { label: "one `resume`", way: "resume" },
];

const COUNTS = { clients: 1000, entities: 100 };

/** Clients that are cut at once come back within the quotas of an account. */
export async function benchComebacks({ clients, entities } = COUNTS): Promise<Table[]> {
  const measured: { readonly label: string; readonly returned: Returned }[] = [];
  for (const { label, way } of WAYS) measured.push({ label, returned: await comeBack({ clients, entities, way }) });
  const [before] = measured;
  return [
    {
      title: `${clients.toLocaleString("en")} clients with ${entities} entities each come back`,
      note:
        "`npm start` with the quotas of an account in one process, all clients in another. Every client was cut in the same " +
        "moment, and waits a random time below one second, twice as long after each refusal. Seconds: until the last entity " +
        "is acknowledged. Heard: clients that then get a push to an entity of all.",
      columns: ["way", "seconds", "ratio", "messages", "handshakes", "throttled", "failed", "heard"],
      rows: measured.map(({ label, returned: { seconds, messages, handshakes, throttled, failed, heard } }) => [
        label,
        seconds.toFixed(1),
        ratio(seconds, before?.returned.seconds ?? Number.NaN),
        ...[messages, handshakes, throttled, failed, heard].map((count) => count.toLocaleString("en")),
      ]),
    },
  ];
}

function comeBack(order: Omit<ReturnOrder, "port">): Promise<Returned> {
  const files = {
    server: "benchmarks/subjects/runtime-with-quotas.ts",
    clients: "benchmarks/subjects/returning-clients.ts",
  };
  return withServer(files, ({ clients, port }) => clients.ask<Returned>({ ...order, port } satisfies ReturnOrder));
}
