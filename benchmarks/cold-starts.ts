import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { buildFunction, functionNames } from "../scripts/build.ts";
import { type FirstCall, firstCalls } from "./first-calls.ts";
import { runToEnd } from "./fresh-process.ts";

export type Cost = {
  readonly ms: number;
  /** The CPU of all threads. */
  readonly cpuMs: number;
};

export type ColdStart = {
  readonly load: Cost;
  readonly calls: readonly Cost[];
  readonly answers: readonly unknown[];
  readonly rssBytes: number;
};

/** A built function. Its folder holds what Lambda gets. `call` replaces the function's first call. */
export type Subject = {
  readonly label: string;
  readonly function: string;
  readonly folder: string;
  readonly call?: FirstCall;
};

type Environment = Readonly<Record<string, string>>;

const PLAIN = ["empty", "authorizer", "connect"];

/** The usual bundle: esbuild with minify, and nothing else. */
export async function buildPlain(folder: string): Promise<Subject[]> {
  await build({
    entryPoints: PLAIN.map((name) => ({ in: `benchmarks/plain/${name}.ts`, out: `plain-${name}/index` })),
    outdir: folder,
    bundle: true,
    platform: "node",
    minify: true,
  });
  return PLAIN.map((name) => ({ label: `plain ${name}`, function: name, folder: join(folder, `plain-${name}`) }));
}

export function buildOurs(folder: string): Promise<Subject[]> {
  return Promise.all(
    functionNames().map(async (name) => {
      await buildFunction(name, folder);
      return { label: name, function: name, folder: join(folder, name) };
    }),
  );
}

export function kilobytesOf({ folder }: Subject): number {
  return readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0) / 1024;
}

/** Every response is checked: a refusal would be quicker than the work. */
export async function coldStart(subject: Subject, calls: number, environment: Environment): Promise<ColdStart> {
  const call = subject.call ?? firstCalls[subject.function];
  if (call === undefined) throw new Error(`benchmarks/first-calls.ts has no event for ${subject.function}`);
  const { event, answer } = call;
  const start = await runToEnd<ColdStart>({
    file: "benchmarks/subjects/cold-start.mjs",
    args: [subject.folder, String(calls), JSON.stringify(event)],
    environment,
  });
  const wrong = start.answers.map((one) => JSON.stringify(one)).find((text) => !answer.test(text));
  if (wrong !== undefined) throw new Error(`${subject.label} answered ${wrong.slice(0, 200)}`);
  return start;
}

/** Fresh processes in turns, so that other work of the machine affects all alike. */
export async function coldStartsInTurns(
  subjects: readonly Subject[],
  counts: { readonly rounds: number; readonly calls: number },
  environment: Environment,
): Promise<readonly (readonly [Subject, readonly ColdStart[]])[]> {
  const measured = subjects.map((subject) => [subject, [] as ColdStart[]] as const);
  for (let round = 0; round < counts.rounds; round += 1) {
    for (const [subject, starts] of measured) starts.push(await coldStart(subject, counts.calls, environment));
  }
  return measured;
}
