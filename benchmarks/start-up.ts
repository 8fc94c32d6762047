import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type AwsStandIn, deployedSettings, startAwsStandIn } from "./aws-stand-in.ts";
import { buildOurs, buildPlain, type ColdStart, coldStartsInTurns, kilobytesOf, type Subject } from "./cold-starts.ts";
import { CPU_ASSUMPTION, shareOfCore, templateMegabytes } from "./function-memory.ts";
import { requestsOfCalls } from "./requests-of-calls.ts";
import { median } from "./samples.ts";
import { ratio, type Table } from "./table.ts";

type Measured = {
  readonly subject: Subject;
  readonly kilobytes: number;
  readonly firstRequests: number;
  readonly loadMs: number;
  readonly loadCpuMs: number;
  readonly firstMs: number;
  readonly firstCpuMs: number;
  readonly secondCpuMs: number;
  readonly rssBytes: number;
};

/** Ours and the plain ones are also compared at one memory that does not change with the template. */
const COMPARED_MEGABYTES = 512;

/** The start of every function, beside the plain ones. */
export async function benchStartUp(counts = { rounds: 15 }): Promise<Table[]> {
  const folder = await mkdtemp(join(tmpdir(), "portcullis-start-up-"));
  const aws = await startAwsStandIn();
  try {
    const subjects = [...(await buildPlain(folder)), ...(await buildOurs(folder))];
    const measured = await measure(subjects, counts.rounds, aws);
    return [measuredTable(measured, counts.rounds), comparedTable(measured)];
  } finally {
    aws.stop();
    await rm(folder, { recursive: true });
  }
}

async function measure(subjects: readonly Subject[], rounds: number, aws: AwsStandIn): Promise<readonly Measured[]> {
  const measured: Measured[] = [];
  for (const [subject, starts] of await coldStartsInTurns(subjects, { rounds, calls: 2 }, deployedSettings(aws))) {
    const { first } = await requestsOfCalls(subject, aws);
    measured.push({ subject, kilobytes: kilobytesOf(subject), firstRequests: first.length, ...mediansOf(starts) });
  }
  return measured;
}

function mediansOf(starts: readonly ColdStart[]) {
  const of = (value: (start: ColdStart) => number | undefined) => median(starts.map((one) => value(one) ?? Number.NaN));
  return {
    loadMs: of(({ load }) => load.ms),
    loadCpuMs: of(({ load }) => load.cpuMs),
    firstMs: of(({ calls }) => calls[0]?.ms),
    firstCpuMs: of(({ calls }) => calls[0]?.cpuMs),
    secondCpuMs: of(({ calls }) => calls[1]?.cpuMs),
    rssBytes: of(({ rssBytes }) => rssBytes),
  };
}

function plainOf(one: Measured, all: readonly Measured[]): Measured | undefined {
  return all.find(({ subject }) => subject.label === `plain ${one.subject.label}`);
}

function measuredTable(measured: readonly Measured[], rounds: number): Table {
  const row = (one: Measured): string[] => [
    one.subject.label,
    one.kilobytes.toFixed(0),
    ...[one.loadMs, one.loadCpuMs, one.firstMs, one.firstCpuMs, one.secondCpuMs].map((millis) => millis.toFixed(1)),
    String(one.firstRequests),
    (one.rssBytes / 2 ** 20).toFixed(0),
  ];
  return {
    title: "Start-up",
    note:
      `Fresh processes, ${rounds} interleaved rounds, medians; AWS is a server on this machine, over TLS. Plain: the ` +
      "function's job with the same SDK client alone, the authorizer's with jsonwebtoken too, bundled with esbuild's minify " +
      "alone. Plain empty: a handler that does nothing. Requests: those of the first call.",
    columns: [
      "function",
      "bundle KB",
      "load ms",
      "load CPU ms",
      "first call ms",
      "first call CPU ms",
      "second call CPU ms",
      "requests",
      "resident MB",
    ],
    rows: measured.map(row),
  };
}

/** The time of a cold start on Lambda, by the assumption above the table. */
function coldMs({ loadMs, firstMs }: Measured, megabytes: number): number {
  return loadMs + firstMs / shareOfCore(megabytes);
}

function comparedTable(measured: readonly Measured[]): Table {
  const memory = templateMegabytes();
  const cells = (one: Measured, megabytes: number): string[] => {
    const plain = plainOf(one, measured);
    const ours = coldMs(one, megabytes);
    if (plain === undefined) return [ours.toFixed(0), "–", "–"];
    return [ours.toFixed(0), coldMs(plain, megabytes).toFixed(0), ratio(ours, coldMs(plain, megabytes))];
  };
  const rows = measured.flatMap((one): string[][] => {
    const megabytes = memory.get(one.subject.label);
    if (megabytes === undefined) return [];
    return [[one.subject.label, String(megabytes), ...cells(one, megabytes), ...cells(one, COMPARED_MEGABYTES)]];
  });
  return {
    title: "Start-up on Lambda's CPU",
    assumption:
      `${CPU_ASSUMPTION} So a cold start takes load + (first call / share of a core). Both are measured on this machine's ` +
      "loopback: the time of the network, and that in which Lambda starts Node.js, are left out.",
    note: `Cold: at the template's memory, and at ${COMPARED_MEGABYTES} MB. Plain: at the same memory, in the same run.`,
    columns: [
      "function",
      "template's MB",
      "cold ms",
      "plain ms",
      "ratio",
      `cold ms at ${COMPARED_MEGABYTES} MB`,
      `plain ms at ${COMPARED_MEGABYTES} MB`,
      "ratio",
    ],
    rows,
  };
}
