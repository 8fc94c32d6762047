import type { Observer } from "../observer.ts";
import { makeEventPrinter } from "../printing/event-printer.ts";
import { makeFramePrinter } from "../printing/frame-printer.ts";
import { type RunningTemplate, runTemplate } from "../run-template.ts";
import { banner } from "./banner.ts";
import { HELP, readOptions } from "./options.ts";

/** The exit status for faults that the user can correct: a wrong flag or template, or a port in use. */
const EXIT_MISUSE = 2;

/** Errors in flags, parameters or the template. Each message names the mistake and its place in one line. */
const MISUSES = new Set(["UsageError", "FaultError", "ParameterError", "TemplateError"]);

function warn(line: string): void {
  console.error(`portcullis-emulator: ${line}`);
}

/**
 * Ends the emulator on a signal. The same signal may come twice, from the terminal and through npm: the second one must
 * not interrupt the close frames.
 */
function endOnSignal(running: RunningTemplate): void {
  let isEnding = false;
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => {
      if (!isEnding) void running.close().finally(() => process.exit(0));
      isEnding = true;
    });
  }
}

function explain(error: unknown, port: number | undefined): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if (MISUSES.has(error.name)) return `${error.message}${hintFor(error)}`;
  switch ((error as NodeJS.ErrnoException).code) {
    case "EADDRINUSE":
      return `port ${port} is in use: end the program that listens there, or choose another with --port`;
    case "EACCES":
      return `port ${port} needs more rights than this user has: choose one above 1023 with --port`;
    default:
      return undefined;
  }
}

function makeObserver({ frames = false }: { readonly frames?: boolean }): Observer {
  const observers = [makeEventPrinter(warn), ...(frames ? [makeFramePrinter(console.log)] : [])];
  return (event) => {
    for (const observer of observers) observer(event);
  };
}

/** The flag that mends it. The message of a ParameterError does not know that there are flags. */
function hintFor({ message }: Error): string {
  const [, name] = /^parameter (\w+) has (?:no default|its value in Parameter Store)/.exec(message) ?? [];
  return name === undefined ? "" : `: --parameter ${name}=…`;
}

/** The command `portcullis-emulator`. */
export async function start(): Promise<void> {
  // A terminal or pipe may close at any time; without a listener this would end the emulator with every socket.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});
  // As in Lambda. The time zone belongs to the process, also for threads.
  process.env["TZ"] = "UTC";
  let port: number | undefined;
  try {
    const options = readOptions(process.argv.slice(2), process.env);
    if (options === undefined) return console.log(HELP);
    port = options.port;
    const running = await runTemplate({
      ...options,
      warn,
      observer: makeObserver(options),
    });
    endOnSignal(running);
    console.log(banner(options.template, running));
  } catch (error) {
    const explanation = explain(error, port);
    if (explanation === undefined) throw error;
    warn(explanation);
    process.exitCode = EXIT_MISUSE;
  }
}
