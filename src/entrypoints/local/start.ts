import { inspect } from "node:util";
import { containFaults } from "@portcullis/emulator";
import { EXIT_MISUSE, endOnSignal, explainMisuse, outliveReaders } from "@portcullis/emulator/command";
import { banner } from "./banner.ts";
import { HELP, type Options, readOptions } from "./options.ts";
import { startLocalStack } from "./start-local-stack.ts";

const EXIT_FAULT = 1;

/** Errors of the product's own settings. Each message names the mistake and its place in one line. */
const MISUSES = ["ConfigurationError"];

function warn(line: string): void {
  console.error(`portcullis: ${line}`);
}

function endByOwnFault(fault: unknown): never {
  warn(`a fault of the runtime ends it: ${inspect(fault)}`);
  process.exit(EXIT_FAULT);
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
    const explanation = explainMisuse(error, options ?? {}, MISUSES);
    if (explanation === undefined) throw error;
    warn(explanation);
    process.exitCode = EXIT_MISUSE;
  }
}
