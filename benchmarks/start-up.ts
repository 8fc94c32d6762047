import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { buildFunction, functionNames } from "../scripts/build.ts";
import { deployedSettings, startAwsStandIn } from "./aws-stand-in.ts";
import { firstCalls } from "./first-calls.ts";
import { runToEnd } from "./fresh-process.ts";
import { median } from "./samples.ts";
import { ratio, type Table } from "./table.ts";

type ColdStart = {
  readonly loadMs: number;
  readonly totalMs: number;
  readonly rssBytes: number;
  readonly answer: unknown;
};

type Subject = { readonly label: string; readonly function: string; readonly bundle: string };

type Measured = Subject & { readonly starts: readonly ColdStart[] };

const PLAIN = ["empty", "authorizer", "connect"];

/** Fresh processes in turns, so that other work of the machine affects all alike. */
export async function benchStartUp(counts = { rounds: 15 }): Promise<Table[]> {
  const folder = await mkdtemp(join(tmpdir(), "portcullis-start-up-"));
  const aws = await startAwsStandIn();
  try {
    const subjects = [...(await buildPlain(folder)), ...(await buildOurs(folder))];
    const measured = await measure(subjects, counts.rounds, deployedSettings(aws));
    return [await toTable(measured, counts.rounds)];
  } finally {
    aws.stop();
    await rm(folder, { recursive: true });
  }
}

/** The usual bundle: esbuild with minify, and nothing else. */
async function buildPlain(folder: string): Promise<Subject[]> {
  await build({
    entryPoints: PLAIN.map((name) => `benchmarks/plain/${name}.ts`),
    outdir: join(folder, "plain"),
    bundle: true,
    platform: "node",
    minify: true,
  });
  return PLAIN.map((name) => ({ label: `plain ${name}`, function: name, bundle: join(folder, "plain", `${name}.js`) }));
}

function buildOurs(folder: string): Promise<Subject[]> {
  return Promise.all(
    functionNames().map(async (name) => {
      await buildFunction(name, folder);
      return { label: name, function: name, bundle: join(folder, name, "index.cjs") };
    }),
  );
}

async function measure(
  subjects: readonly Subject[],
  rounds: number,
  environment: Readonly<Record<string, string>>,
): Promise<Measured[]> {
  const measured = subjects.map((subject) => ({ ...subject, starts: [] as ColdStart[] }));
  for (let round = 0; round < rounds; round += 1) {
    for (const subject of measured) subject.starts.push(await coldStart(subject, environment));
  }
  return measured;
}

/** The response is checked: a refusal would be quicker than the work. */
async function coldStart(subject: Subject, environment: Readonly<Record<string, string>>): Promise<ColdStart> {
  const call = firstCalls[subject.function];
  const start = await runToEnd<ColdStart>({
    file: "benchmarks/subjects/first-call.cjs",
    args: [subject.bundle, ...(call === undefined ? [] : [JSON.stringify(call.event)])],
    environment,
  });
  if (call !== undefined && !call.answer.test(JSON.stringify(start.answer))) {
    throw new Error(`${subject.label} answered ${JSON.stringify(start.answer)?.slice(0, 200)}`);
  }
  return start;
}

async function toTable(measured: readonly Measured[], rounds: number): Promise<Table> {
  const totalMs = ({ starts }: Measured) => median(starts.map((start) => start.totalMs));
  const row = async (subject: Measured): Promise<string[]> => {
    const plain = measured.find(({ label }) => label === `plain ${subject.label}`);
    return [
      subject.label,
      ((await stat(subject.bundle)).size / 1024).toFixed(0),
      median(subject.starts.map((start) => start.loadMs)).toFixed(1),
      subject.function in firstCalls ? totalMs(subject).toFixed(1) : "–",
      (median(subject.starts.map((start) => start.rssBytes)) / 2 ** 20).toFixed(0),
      plain === undefined ? "–" : ratio(totalMs(subject), totalMs(plain)),
    ];
  };
  return {
    title: "Start-up",
    note:
      `Fresh processes, ${rounds} interleaved rounds, medians; AWS is a server on this machine. Plain: the function's ` +
      "job with the same SDK client and jsonwebtoken alone, bundled with esbuild's minify alone. " +
      "Against plain: load + first call.",
    columns: ["function", "bundle KB", "load ms", "load + first call ms", "resident MB", "against plain"],
    rows: await Promise.all(measured.map(row)),
  };
}
