import { inspect } from "node:util";
import { containFaults, type RunningTemplate } from "@portcullis/emulator";
import { banner } from "./banner.ts";
import { HELP, type Options, readOptions } from "./options.ts";
import { startLocalStack } from "./start-local-stack.ts";

/** The exit status for faults that the user can correct: wrong flags or settings, or a port in use. */
const EXIT_MISUSE = 2;

const EXIT_FAULT = 1;

/** Errors in flags, settings, parameters or the template. Each message names the mistake and its place in one line. */
const MISUSES = new Set(["UsageError", "FaultError", "ConfigurationError", "ParameterError", "TemplateError"]);

function warn(line: string): void {
  console.error(`portcullis: ${line}`);
}

/**
 * Ignores errors of the output. A terminal or pipe may close at any time; without a listener this would end the runtime
 * with every socket.
 */
function outliveReaders(): void {
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});
}

function endByOwnFault(fault: unknown): never {
  warn(`a fault of the runtime ends it: ${inspect(fault)}`);
  process.exit(EXIT_FAULT);
}

/**
 * Ends the runtime on a signal. The same signal may come twice, from the terminal and through npm: the second one must
 * not interrupt the close frames.
 */
function endOnSignal(runtime: RunningTemplate): void {
  let isEnding = false;
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => {
      if (!isEnding) void runtime.close().finally(() => process.exit(0));
      isEnding = true;
    });
  }
}

function explain(error: unknown, { port, host }: { port?: number; host?: string }): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if (MISUSES.has(error.name)) return error.message;
  switch ((error as NodeJS.ErrnoException).code) {
    case "EADDRINUSE":
      return `port ${port} is in use: end the program that listens there, or choose another with --port`;
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return `${host} is no address of this machine: choose another with --host`;
    case "EACCES":
      return `port ${port} needs more rights than this user has: choose one above 1023 with --port`;
    default:
      return undefined;
  }
}

/** The command `npm start`. */
export async function start(): Promise<void> {
  outliveReaders();
  containFaults(endByOwnFault);
  let options: Options | undefined;
  try {
    options = readOptions(process.argv.slice(2), process.env);
    if (options === undefined) return console.log(HELP);
    const runtime = await startLocalStack(options, { warn });
    endOnSignal(runtime);
    console.log(banner(runtime));
  } catch (error) {
    const explanation = explain(error, options ?? {});
    if (explanation === undefined) throw error;
    warn(explanation);
    process.exitCode = EXIT_MISUSE;
  }
}
