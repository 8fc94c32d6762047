import { dirname } from "node:path";
import { type AwsAccount, DEFAULT_ACCOUNT } from "./aws-account.ts";
import { freePort } from "./free-port.ts";
import { type Endpoints, functionEnvironment } from "./function-environment.ts";
import { functionUrl } from "./function-url/function-url.ts";
import { DEFAULT_QUOTAS, type Quotas } from "./gateway/quotas.ts";
import type { HttpService } from "./http/http-service.ts";
import type { LambdaFunction } from "./lambda/lambda-function.ts";
import type { FunctionOutput } from "./lambda/worker-pool.ts";
import type { LoadFunction } from "./load-function.ts";
import { makeObserve, type Observer } from "./observer.ts";
import { type Environment, withEnvironment } from "./process-environment.ts";
import { startRuntime } from "./runtime.ts";
import { realScheduler, type Scheduler } from "./scheduler.ts";
import { readTemplateText } from "./template/parse-template.ts";
import { readTemplate } from "./template/read-template.ts";
import type { FunctionDescription } from "./template/stack-description.ts";
import { watchFunctions } from "./watch/watch-functions.ts";
import { type HostedFunctions, makeWorkerFunctions } from "./worker-functions.ts";

export type RunTemplateOptions = {
  /** The path of a SAM template, or its text with a file name for messages. */
  readonly template: string | { readonly text: string; readonly file: string };
  /** Values of the template's parameters. They replace the defaults. */
  readonly parameters?: Readonly<Record<string, string>>;
  /** The same, for parameters that the template may lack. */
  readonly preferredParameters?: Readonly<Record<string, string>>;
  /**
   * Gives the handlers of functions, which then run in this process. They are loaded one after another, each in its own
   * environment. By default each function runs in worker threads of its own, from the module that `CodeUri` and
   * `Handler` name, in JavaScript or TypeScript.
   */
  readonly loadFunction?: LoadFunction;
  /**
   * Environment variables that replace the template's, for all functions or by function. Undefined removes a variable.
   */
  readonly overrides?: Environment | ((fn: FunctionDescription, addresses: Addresses) => Environment);
  /** The port on 127.0.0.1. By default any free port. */
  readonly port?: number;
  /** The emulator's clock and timers. A test can use its own, in which two hours pass at once. */
  readonly scheduler?: Scheduler;
  /** Watches handshakes, frames, invocations, events and messages. */
  readonly observer?: Observer;
  /** The account's limits for handshakes and requests per second. By default those of a new account. */
  readonly quotas?: Partial<Quotas>;
  /** The addresses of services that run elsewhere: calls to DynamoDB go to `dynamodb`, such as DynamoDB Local. */
  readonly endpoints?: Endpoints;
  /** The account values in ARNs and events. */
  readonly account?: Partial<AwsAccount>;
  /** Services for requests that no emulated service handles, such as a page for browsers. */
  readonly services?: (addresses: Addresses) => readonly HttpService[];
  /**
   * Takes one line about each kind of property and resource that has an effect on AWS and none here. By default
   * `console.warn`.
   */
  readonly warn?: (line: string) => void;
  /**
   * Takes each line that a function in a worker thread writes. By default it is printed, after the function's name.
   */
  readonly output?: (output: FunctionOutput) => void;
  /**
   * Runs edited code at the next invocation, while connections stay open. Only for functions in threads: the modules of
   * this process cannot be loaded again.
   */
  readonly watch?: boolean;
};

export type Addresses = {
  readonly port: number;
  /** The name of the API's stage. */
  readonly stage: string;
  /** The URL for clients: `ws://127.0.0.1:<port>/<stage>`. */
  readonly url: string;
  /** The endpoint of every emulated AWS API, for SDKs and the AWS CLI: `http://127.0.0.1:<port>`. */
  readonly endpoint: string;
  /** The URLs of functions that have one, by logical id: `http://127.0.0.1:<port>/_functions/<logical id>/`. */
  readonly functionUrls: Readonly<Record<string, string>>;
};

export type RunningTemplate = Addresses &
  AsyncDisposable & {
    /** Closes every WebSocket with 1001 and ends within a second. */
    close(): Promise<void>;
  };

/**
 * Runs the WebSocket API, functions, queues and event rules of a SAM template in this process. Throws TemplateError or
 * ParameterError, each with a message of one line. Rejects if the port is not free.
 */
export async function runTemplate(options: RunTemplateOptions): Promise<RunningTemplate> {
  if (options.watch === true && options.loadFunction !== undefined) {
    throw new TypeError("watch is for functions in threads: leave loadFunction out");
  }
  const account = { ...DEFAULT_ACCOUNT, ...options.account };
  // Functions need the port while they load, before the emulator listens on it.
  const port = options.port || (await freePort());
  const endpoint = `http://127.0.0.1:${port}`;
  const source = sourceOf(options.template);
  const stack = readTemplate({
    ...source,
    parameters: options.parameters ?? {},
    preferredParameters: options.preferredParameters ?? {},
    account: { ...account, origin: endpoint },
  });
  const warn = options.warn ?? console.warn;
  for (const warning of stack.warnings) warn(warning);
  const [{ name: stage }] = stack.api.stages;
  const functionUrls = Object.fromEntries(stack.functionUrls.map(({ id }) => [id, functionUrl(endpoint, id)]));
  const addresses: Addresses = { port, stage, url: `ws://127.0.0.1:${port}/${stage}`, endpoint, functionUrls };
  const scheduler = options.scheduler ?? realScheduler;
  const environmentOf = (fn: FunctionDescription) => environmentFor(fn, { options, addresses, account });
  const { loadFunction } = options;
  const hosted =
    loadFunction === undefined
      ? makeWorkerFunctions({
          ...{ descriptions: stack.functions, folder: source.folder, port, environmentOf, scheduler, warn },
          onOutput: options.output ?? printOutput,
        })
      : await loadFunctions(stack.functions, loadFunction, environmentOf);
  const runtime = await startRuntime({
    api: stack.api,
    functions: hosted.functions,
    eventing: stack,
    functionUrls: stack.functionUrls,
    port,
    account,
    quotas: { ...DEFAULT_QUOTAS, ...options.quotas },
    scheduler,
    ...(options.observer && { observer: options.observer }),
    services: options.services?.(addresses) ?? [],
  });
  void hosted.warmUp();
  const stopWatching =
    options.watch !== true
      ? () => {}
      : watchFunctions({
          functions: hosted.reloadable,
          template: typeof options.template === "string" ? options.template : undefined,
          ...{ observe: makeObserve(options.observer, scheduler), warn },
        });
  async function close(): Promise<void> {
    stopWatching();
    await runtime.close();
    await hosted.close();
  }
  return { ...addresses, close, [Symbol.asyncDispose]: close };
}

function printOutput({ functionName, stream, line }: FunctionOutput): void {
  process[stream].write(`${functionName}: ${line}\n`);
}

function sourceOf(template: RunTemplateOptions["template"]) {
  if (typeof template !== "string") return { ...template, folder: process.cwd() };
  return { file: template, text: readTemplateText(template), folder: dirname(template) };
}

function environmentFor(
  fn: FunctionDescription,
  {
    options: { overrides = {}, endpoints = {} },
    addresses,
    account,
  }: { readonly options: RunTemplateOptions; readonly addresses: Addresses; readonly account: AwsAccount },
): Environment {
  return functionEnvironment(fn, {
    account,
    endpoint: addresses.endpoint,
    endpoints,
    shell: process.env,
    overrides: typeof overrides === "function" ? overrides(fn, addresses) : overrides,
  });
}

/**
 * Loads the functions one after another. So a function that fails to load is reported alone, and the order is the
 * template's in every run.
 */
async function loadFunctions(
  functions: readonly FunctionDescription[],
  load: LoadFunction,
  environmentOf: (fn: FunctionDescription) => Environment,
): Promise<HostedFunctions> {
  const loaded: LambdaFunction[] = [];
  for (const fn of functions) {
    const environment = environmentOf(fn);
    const handler = await withEnvironment(environment, async () => load(fn));
    if (typeof handler !== "function") throw new TypeError(`loadFunction gives no function for ${fn.logicalId}`);
    const { name, timeoutSeconds, memoryMegabytes } = fn;
    loaded.push({
      ...{ name, timeoutSeconds, memoryMegabytes },
      handler: (event, context) => withEnvironment(environment, () => handler(event, context)),
    });
  }
  return { functions: loaded, reloadable: [], warmUp: async () => {}, close: async () => {} };
}
