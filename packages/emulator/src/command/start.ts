import { runTemplate } from "../run-template.ts";
import { banner } from "./banner.ts";
import { EXIT_MISUSE, explainMisuse, type Listening } from "./misuse.ts";
import { HELP, readOptions } from "./options.ts";
import { endOnSignal, makeTerminalObserver, outliveReaders } from "./terminal.ts";

function warn(line: string): void {
  console.error(`portcullis-emulator: ${line}`);
}

/** The flag that mends a mistake. The message of a ParameterError does not know that there are flags. */
function hintFor(explanation: string): string {
  const [, name] = /^parameter (\w+) has (?:no default|its value in Parameter Store)/.exec(explanation) ?? [];
  return name === undefined ? "" : `: --parameter ${name}=…`;
}

/** The command `portcullis-emulator`. */
export async function start(): Promise<void> {
  outliveReaders();
  // As in Lambda. The time zone belongs to the process, also for threads.
  process.env["TZ"] = "UTC";
  let listening: Listening = {};
  try {
    const options = readOptions(process.argv.slice(2), process.env);
    if (options === undefined) return console.log(HELP);
    listening = options;
    const observer = makeTerminalObserver({ frames: options.frames, warn, print: console.log });
    const running = await runTemplate({ ...options, warn, observer });
    endOnSignal(running);
    console.log(banner(options.template, running));
  } catch (error) {
    const explanation = explainMisuse(error, listening);
    if (explanation === undefined) throw error;
    warn(`${explanation}${hintFor(explanation)}`);
    process.exitCode = EXIT_MISUSE;
  }
}
