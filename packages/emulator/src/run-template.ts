import { dirname } from "node:path";
import { type AwsAccount, DEFAULT_ACCOUNT } from "./aws-account.ts";
import { freePort } from "./free-port.ts";
import { functionEnvironment } from "./function-environment.ts";
import { functionUrl } from "./function-url/function-url.ts";
import { DEFAULT_QUOTAS, type Quotas } from "./gateway/quotas.ts";
import type { HttpService } from "./http/http-service.ts";
import { OWN_HOST } from "./http/listen.ts";
import type { LambdaFunction } from "./lambda/lambda-function.ts";
import { keyFor, networkWarnings } from "./listening.ts";
import { type LoadFunction, loadFromFolder } from "./load-function.ts";
import type { DescribeConnection, DescribeProgram } from "./local-api/program.ts";
import type { Observer } from "./observer.ts";
import { type Environment, withEnvironment } from "./process-environment.ts";
import { startRuntime } from "./runtime.ts";
import { realScheduler, type Scheduler } from "./scheduler.ts";
import { readTemplateText } from "./template/parse-template.ts";
import { readTemplate } from "./template/read-template.ts";
import type { FunctionDescription, StackDescription } from "./template/stack-description.ts";

export type RunTemplateOptions = {
  /** The path of a SAM template, or its text with a file name for messages. */
  readonly template: string | { readonly text: string; readonly file: string };
  /** Values of the template's parameters. They replace the defaults. */
  readonly parameters?: Readonly<Record<string, string>>;
  /** The same, for parameters that the template may lack. */
  readonly preferredParameters?: Readonly<Record<string, string>>;
  /**
   * Loads the handler of a function. By default it imports the module that `CodeUri` and `Handler` name, in JavaScript
   * or TypeScript. Functions are loaded one after another, each in its own environment.
   */
  readonly loadFunction?: LoadFunction;
  /**
   * Environment variables that replace the template's, for all functions or by function. Undefined removes a variable.
   */
  readonly overrides?: Environment | ((fn: FunctionDescription, addresses: Addresses) => Environment);
  /** By default any free port. */
  readonly port?: number;
  /**
   * The address to listen on besides 127.0.0.1. With another one than loopback, such as `0.0.0.0` for phones and
   * containers, other machines can open WebSockets and call function URLs. They need the key for everything else.
   */
  readonly host?: string;
  /** Further names under which clients reach the emulator, such as `host.docker.internal`. Others are refused. */
  readonly hostNames?: readonly string[];
  /** The key for other machines. By default a random one, which `warn` is told once. */
  readonly key?: string;
  /** The emulator's clock and timers. A test can use its own, in which two hours pass at once. */
  readonly scheduler?: Scheduler;
  /** Watches handshakes, frames, invocations, events and messages. */
  readonly observer?: Observer;
  /** Adds to `/_local/connections` what the application knows about a connection, such as its user. */
  readonly describeConnection?: DescribeConnection;
  /**
   * Gives the page at `/` its title and your own sections, above those about the template. Called with the stage and with
   * the host and port under which the reader has reached the emulator.
   */
  readonly describeProgram?: DescribeProgram;
  /** The account's limits for handshakes and requests per second. By default those of a new account. */
  readonly quotas?: Partial<Quotas>;
  /** The account values in ARNs and events. */
  readonly account?: Partial<AwsAccount>;
  /** Services for requests that no emulated service handles. One for `/` replaces the page there. */
  readonly services?: (addresses: Addresses) => readonly HttpService[];
  /**
   * Takes one line about each kind of property and resource that has an effect on AWS and none here. By default
   * `console.warn`.
   */
  readonly warn?: (line: string) => void;
};

export type Addresses = {
  readonly port: number;
  /** The name of the API's stage. */
  readonly stage: string;
  /** The URL for clients of this machine: `ws://127.0.0.1:<port>/<stage>`. */
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
  const account = { ...DEFAULT_ACCOUNT, ...options.account };
  const { host = OWN_HOST, hostNames = [] } = options;
  const key = keyFor(host, options.key);
  // Functions need the port while they load, before the emulator listens on it.
  const port = options.port || (await freePort(host));
  const endpoint = `http://${OWN_HOST}:${port}`;
  const source = sourceOf(options.template);
  const stack = readTemplate({
    ...source,
    parameters: options.parameters ?? {},
    preferredParameters: options.preferredParameters ?? {},
    account: { ...account, origin: endpoint },
  });
  for (const warning of stack.warnings) (options.warn ?? console.warn)(warning);
  const [{ name: stage }] = stack.api.stages;
  const functionUrls = Object.fromEntries(stack.functionUrls.map(({ id }) => [id, functionUrl(endpoint, id)]));
  const addresses: Addresses = { port, stage, url: `ws://${OWN_HOST}:${port}/${stage}`, endpoint, functionUrls };
  const { close } = await startRuntime({
    api: stack.api,
    functions: await loadFunctions(stack, { options, addresses, account, folder: source.folder }),
    eventing: stack,
    functionUrls: stack.functionUrls,
    port,
    ...{ host, hostNames, ...(key !== undefined && { key }) },
    account,
    quotas: { ...DEFAULT_QUOTAS, ...options.quotas },
    scheduler: options.scheduler ?? realScheduler,
    ...(options.observer && { observer: options.observer }),
    ...(options.describeConnection && { describeConnection: options.describeConnection }),
    ...(options.describeProgram && { describeProgram: options.describeProgram }),
    services: options.services?.(addresses) ?? [],
  });
  if (key !== undefined) {
    const made = options.key === undefined ? key : undefined;
    for (const warning of networkWarnings({ host, port, stage }, made)) (options.warn ?? console.warn)(warning);
  }
  return { ...addresses, close, [Symbol.asyncDispose]: close };
}

function sourceOf(template: RunTemplateOptions["template"]) {
  if (typeof template !== "string") return { ...template, folder: process.cwd() };
  return { file: template, text: readTemplateText(template), folder: dirname(template) };
}

/**
 * Loads the functions one after another. So a function that fails to load is reported alone, and the order is the
 * template's in every run.
 */
async function loadFunctions(
  { functions }: StackDescription,
  {
    options,
    addresses,
    account,
    folder,
  }: {
    readonly options: RunTemplateOptions;
    readonly addresses: Addresses;
    readonly account: AwsAccount;
    readonly folder: string;
  },
): Promise<readonly LambdaFunction[]> {
  const load = options.loadFunction ?? loadFromFolder(folder);
  const { overrides = {} } = options;
  const loaded: LambdaFunction[] = [];
  for (const fn of functions) {
    const environment = functionEnvironment(fn, {
      account,
      endpoint: addresses.endpoint,
      shell: process.env,
      overrides: typeof overrides === "function" ? overrides(fn, addresses) : overrides,
    });
    const handler = await withEnvironment(environment, async () => load(fn));
    if (typeof handler !== "function") throw new TypeError(`loadFunction gives no function for ${fn.logicalId}`);
    const { name, timeoutSeconds, memoryMegabytes } = fn;
    loaded.push({
      ...{ name, timeoutSeconds, memoryMegabytes },
      handler: (event, context) => withEnvironment(environment, () => handler(event, context)),
    });
  }
  return loaded;
}
