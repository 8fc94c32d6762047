import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type AwsStandIn, deployedSettings, startAwsStandIn } from "./aws-stand-in.ts";
import { buildOurs, type ColdStart, coldStartsInTurns } from "./cold-starts.ts";
import { CPU_ASSUMPTION, templateMegabytes } from "./function-memory.ts";
import {
  coldMillis,
  longestWaitMillisOf,
  PRICES,
  priceOfMillion,
  type Usage,
  WAIT_MILLIS,
  waitMillisOf,
  warmMillis,
} from "./memory-cost.ts";
import { requestsOfCalls } from "./requests-of-calls.ts";
import { median } from "./samples.ts";
import type { Table } from "./table.ts";

type Counts = { readonly rounds: number; readonly calls: number; readonly warmUps: number };

type Measured = Usage & {
  readonly label: string;
  readonly warmRequests: number;
  readonly residentMegabytes: number;
  readonly templateMegabytes: number;
};

const MEGABYTES = [256, 512, 768, 1024, 1769];

/** Time and price of every function by its memory. */
export async function benchMemory(counts: Counts = { rounds: 5, calls: 120, warmUps: 20 }): Promise<Table[]> {
  const folder = await mkdtemp(join(tmpdir(), "portcullis-memory-"));
  const aws = await startAwsStandIn();
  try {
    const measured = await measure(folder, counts, aws);
    return [measuredTable(measured, counts), timeTable(measured), priceTable(measured)];
  } finally {
    aws.stop();
    await rm(folder, { recursive: true });
  }
}

async function measure(folder: string, counts: Counts, aws: AwsStandIn): Promise<readonly Measured[]> {
  const memory = templateMegabytes();
  const measured: Measured[] = [];
  for (const [subject, starts] of await coldStartsInTurns(await buildOurs(folder), counts, deployedSettings(aws))) {
    const { load, first, second } = await requestsOfCalls(subject, aws);
    measured.push({
      label: subject.label,
      ...mediansOf(starts, counts),
      waitMillis: { load: longestWaitMillisOf(load), first: waitMillisOf(first), warm: waitMillisOf(second) },
      warmRequests: second.length,
      templateMegabytes: memory.get(subject.function) ?? Number.NaN,
    });
  }
  return measured;
}

function mediansOf(starts: readonly ColdStart[], { warmUps }: Counts) {
  const of = (value: (start: ColdStart) => number) => median(starts.map(value));
  return {
    loadMs: of(({ load }) => load.ms),
    firstCpuMs: of(({ calls }) => calls[0]?.cpuMs ?? Number.NaN),
    warmCpuMs: of(({ calls }) => median(calls.slice(warmUps).map(({ cpuMs }) => cpuMs))),
    residentMegabytes: of(({ rssBytes }) => rssBytes) / 2 ** 20,
  };
}

function measuredTable(measured: readonly Measured[], { rounds, calls, warmUps }: Counts): Table {
  return {
    title: "Memory: what was measured",
    note:
      `Medians of ${rounds} fresh processes, in turns; AWS is a server on this machine, over TLS. Warm call: the median ` +
      `of calls ${warmUps + 1} to ${calls}. A push has one recipient. Resident: after all calls; a function does not ` +
      "fit where this exceeds its memory.",
    columns: [
      "function",
      "load ms",
      "first call CPU ms",
      "warm call CPU ms",
      "calls out when warm",
      "resident MB",
      "template's MB",
    ],
    rows: measured.map((one) => [
      one.label,
      ...[one.loadMs, one.firstCpuMs, one.warmCpuMs].map((millis) => millis.toFixed(1)),
      String(one.warmRequests),
      one.residentMegabytes.toFixed(0),
      String(one.templateMegabytes),
    ]),
  };
}

/** A row for each function, a column for each memory; the template's choice is in bold. */
function byMemory(measured: readonly Measured[], cellAt: (one: Measured, megabytes: number) => string) {
  const memories = [...new Set([...MEGABYTES, ...measured.map((one) => one.templateMegabytes)])].toSorted(
    (a, b) => a - b,
  );
  const cell = (one: Measured, megabytes: number): string => {
    if (one.residentMegabytes > megabytes) return "does not fit";
    return megabytes === one.templateMegabytes ? `**${cellAt(one, megabytes)}**` : cellAt(one, megabytes);
  };
  return {
    columns: ["function", ...memories.map((megabytes) => `${megabytes.toLocaleString("en")} MB`)],
    rows: measured.map((one) => [one.label, ...memories.map((megabytes) => cell(one, megabytes))]),
  };
}

function timeTable(measured: readonly Measured[]): Table {
  const waits = Object.entries(WAIT_MILLIS).map(([service, millis]) => `${service} ${millis} ms`);
  return {
    title: "Memory: time",
    assumption:
      `${CPU_ASSUMPTION} A call out takes: ${waits.join(", ")}; one after the other in a call, side by side while the ` +
      "function initialises.",
    note: "Milliseconds: cold start / warm call. Without the time in which Lambda starts Node.js. Bold: the template's memory.",
    ...byMemory(
      measured,
      (one, megabytes) => `${coldMillis(one, megabytes).toFixed(0)} / ${warmMillis(one, megabytes).toFixed(1)}`,
    ),
  };
}

function priceTable(measured: readonly Measured[]): Table {
  return {
    title: "Memory: price of a million",
    assumption:
      `Assumed: the times above, rounded up to whole milliseconds; ${PRICES.gigabyteSecond} dollars for a GB-second of arm64 ` +
      `and ${PRICES.millionRequests.toFixed(2)} for a million requests (us-east-1, aws.amazon.com/lambda/pricing). ` +
      "Initialising is billed, as it is since August 2025.",
    note: "Dollars: a million cold starts / a million warm calls. Bold: the template's memory.",
    ...byMemory(measured, (one, megabytes) =>
      [coldMillis(one, megabytes), warmMillis(one, megabytes)]
        .map((millis) => priceOfMillion(millis, megabytes).toFixed(2))
        .join(" / "),
    ),
  };
}
