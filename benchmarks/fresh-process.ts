import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";

export type Program = {
  readonly file: string;
  readonly args?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
};

/** Enough for each program here. A hanging program does not block the run for longer. */
const TIME_LIMIT_MS = 120_000;

/**
 * Runs a program to its end and reads the JSON that it writes to file descriptor 3. Its log goes to /dev/null. There is no
 * IPC channel, which would load `node:net` before the first measurement. The program has only the given environment, so
 * that no setting of this machine takes part.
 */
export async function runToEnd<T>({ file, args = [], environment = {} }: Program): Promise<T> {
  const child = spawn(process.execPath, [file, ...args], {
    env: environment,
    stdio: ["ignore", "ignore", "pipe", "pipe"],
    timeout: TIME_LIMIT_MS,
  });
  const ended = new Promise<number | null>((resolve, reject) => child.once("error", reject).once("close", resolve));
  const outputs = [child.stdio[3] as NodeJS.ReadableStream, child.stderr as NodeJS.ReadableStream].map(text);
  const [status, report = "", complaint = ""] = await Promise.all([ended, ...outputs]);
  if (status !== 0) throw new Error(`${file} ended with ${status}: ${reasonIn(complaint)}`);
  return JSON.parse(report) as T;
}

/** A failing bundle prints its failing line, and a bundle is one line: the output is cut. */
function reasonIn(complaint: string): string {
  return /^\w*Error: .*$/m.exec(complaint)?.[0] ?? complaint.slice(-1000);
}
