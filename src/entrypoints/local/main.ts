import { banner } from "./banner.ts";
import { UsageError } from "./command-line.ts";
import { setEnvironment } from "./environment.ts";
import { DEFAULT_QUOTAS } from "./gateway/quotas.ts";
import type { FunctionError } from "./lambda/lambda-function.ts";
import { HELP, type Options, readOptions } from "./options.ts";
import { describeApi, loadFunctions } from "./routes.ts";
import { type Runtime, startRuntime } from "./runtime.ts";
import { realScheduler } from "./scheduler.ts";

/** Bad flags, bad settings, a port that cannot be had: what the caller of the command can mend. */
const EXIT_MISUSE = 2;

async function start(options: Options): Promise<Runtime> {
  setEnvironment(options, process.env);
  return startRuntime({
    api: describeApi(options.stage),
    functions: await loadFunctions(),
    port: options.port,
    quotas: DEFAULT_QUOTAS,
    scheduler: realScheduler,
    onFailure: reportFailure,
    services: () => [],
  });
}

/** What CloudWatch would show of it. The authorizer's refusals are answers, and in the log already. */
function reportFailure(functionName: string, { errorType, errorMessage, trace }: FunctionError): void {
  if (errorMessage === "Unauthorized") return;
  console.error(
    `portcullis: ${functionName} failed: ${trace.length > 0 ? trace.join("\n") : `${errorType}: ${errorMessage}`}`,
  );
}

/** The same signal may come twice, from the terminal and by way of npm: the second must not cut the goodbyes short. */
function endOnSignal(runtime: Runtime): void {
  let isEnding = false;
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => {
      if (!isEnding) void runtime.close().finally(() => process.exit(0));
      isEnding = true;
    });
  }
}

function explain(error: unknown, { port }: { port?: number }): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if (error instanceof UsageError || error.name === "ConfigurationError") return error.message;
  switch ((error as NodeJS.ErrnoException).code) {
    case "EADDRINUSE":
      return `port ${port} is in use: end what listens there, or choose another with --port`;
    case "EACCES":
      return `port ${port} needs more rights than this user has: choose one above 1023 with --port`;
    default:
      return undefined;
  }
}

async function main(): Promise<void> {
  let options: Options | undefined;
  try {
    options = readOptions(process.argv.slice(2), process.env);
    if (options === undefined) return console.log(HELP);
    const runtime = await start(options);
    endOnSignal(runtime);
    console.log(banner({ ...options, port: runtime.port }));
  } catch (error) {
    const explanation = explain(error, options ?? {});
    if (explanation === undefined) throw error;
    console.error(`portcullis: ${explanation}`);
    process.exitCode = EXIT_MISUSE;
  }
}

await main();
