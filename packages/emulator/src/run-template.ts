import { dirname } from "node:path";
import { type AwsAccount, apiHost, DEFAULT_ACCOUNT } from "./aws-account.ts";
import { Clock } from "./clock/clock.ts";
import { createTables } from "./dynamodb/create-tables.ts";
import { Faults } from "./faults/faults.ts";
import { functionUrl } from "./function-url/function-url.ts";
import { DEFAULT_QUOTAS, type Quotas } from "./gateway/quotas.ts";
import { freePort } from "./http/free-port.ts";
import type { HttpService } from "./http/http-service.ts";
import { OWN_HOST } from "./http/listen.ts";
import { keyFor, networkWarnings } from "./http/other-machines.ts";
import { type Endpoints, functionEnvironment } from "./lambda/function-environment.ts";
import { hostFunctions } from "./lambda/host-functions.ts";
import { writeInlineCode } from "./lambda/inline-code.ts";
import type { LoadFunction } from "./lambda/load-function.ts";
import type { Environment } from "./lambda/process-environment.ts";
import type { FunctionOutput } from "./lambda/worker-pool.ts";
import type { DescribeConnection, DescribeProgram } from "./local-api/program.ts";
import type { Observer } from "./observer.ts";
import { startRuntime } from "./runtime.ts";
import type { SecretDescription } from "./secrets-manager/secret-description.ts";
import { readTemplateText } from "./template/parse-template.ts";
import { readTemplate } from "./template/read-template.ts";
import type { FunctionDescription } from "./template/stack-description.ts";
import { watchFunctions } from "./watch/watch-functions.ts";

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
  /**
   * Values of secrets by logical id, in place of those that the template gives or has generated. Ids that the template
   * lacks are ignored.
   */
  readonly secretStrings?: Readonly<Record<string, string>>;
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
  /** The emulator's time. It can be advanced, and functions see it as their own. By default a new one. */
  readonly clock?: Clock;
  /** The faults that are to happen. By default none. */
  readonly faults?: Faults;
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
  /** The addresses of services that run elsewhere: calls to DynamoDB go to `dynamodb`, such as DynamoDB Local. */
  readonly endpoints?: Endpoints;
  /** The account values in ARNs and events. */
  readonly account?: Partial<AwsAccount>;
  /** Services for requests that no emulated service handles. One for `/` replaces the page there. */
  readonly services?: (addresses: Addresses) => readonly HttpService[];
  /**
   * Takes lines for the developer: properties and resources that have an effect on AWS and none here, modules that do not
   * load, and the risk and the key if other machines can connect. By default `console.warn`.
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
  /** The URL for clients of this machine: `ws://127.0.0.1:<port>/<stage>`. */
  readonly url: string;
  /** The endpoint of every emulated AWS API, for SDKs and the AWS CLI: `http://127.0.0.1:<port>`. */
  readonly endpoint: string;
  /** The URLs of functions that have one, by logical id: `http://127.0.0.1:<port>/_functions/<logical id>/`. */
  readonly functionUrls: Readonly<Record<string, string>>;
};

export type RunningTemplate = Addresses &
  AsyncDisposable & {
    readonly clock: Clock;
    readonly faults: Faults;
    /** True while a function runs, or a message waits that a function could receive now. */
    readonly isBusy: () => boolean;
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
  const { clock = new Clock(), faults = new Faults() } = options;
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
  const warn = options.warn ?? console.warn;
  for (const warning of stack.warnings) warn(warning);
  const [{ name: stage }] = stack.api.stages;
  const functionUrls = Object.fromEntries(stack.functionUrls.map(({ id }) => [id, functionUrl(endpoint, id)]));
  const addresses: Addresses = { port, stage, url: `ws://${OWN_HOST}:${port}/${stage}`, endpoint, functionUrls };
  const environmentOf = (fn: FunctionDescription) => environmentFor(fn, { options, addresses, account });
  const dynamodb = options.endpoints?.dynamodb;
  if (dynamodb !== undefined) {
    for (const failure of await createTables(stack.tables(), { endpoint: dynamodb, account })) warn(failure);
  }
  // Before anything is there to be closed if it throws.
  const services = options.services?.(addresses) ?? [];
  const code = writeInlineCode(stack.functions, source.folder);
  const hosted = await hostFunctions(code.functions, options.loadFunction, {
    ...{ folder: source.folder, environmentOf, clock, warn },
    ownEndpoint: { port, apiHost: apiHost(account), domains: stack.api.domains ?? [] },
    onOutput: options.output ?? printOutput,
  }).catch((fault) => {
    code.remove();
    throw fault;
  });
  const runtime = await startRuntime({
    api: stack.api,
    functions: hosted.functions,
    eventing: stack,
    secretsManager: { ...stack, secrets: stack.secrets.map((secret) => withValue(secret, options.secretStrings)) },
    functionUrls: stack.functionUrls,
    port,
    ...{ host, hostNames, ...(key !== undefined && { key }) },
    account,
    quotas: { ...DEFAULT_QUOTAS, ...options.quotas },
    ...{ clock, faults },
    ...(options.observer && { observer: options.observer }),
    ...(options.describeConnection && { describeConnection: options.describeConnection }),
    ...(options.describeProgram && { describeProgram: options.describeProgram }),
    services,
  }).catch(async (fault) => {
    await hosted.close();
    code.remove();
    throw fault;
  });
  if (key !== undefined) {
    const made = options.key === undefined ? key : undefined;
    for (const warning of networkWarnings({ host, port, stage }, made)) warn(warning);
  }
  void hosted.warmUp();
  const stopWatching =
    options.watch !== true
      ? () => {}
      : watchFunctions({
          functions: hosted.reloadable,
          template: typeof options.template === "string" ? options.template : undefined,
          ...{ observe: runtime.observe, warn },
        });
  async function close(): Promise<void> {
    stopWatching();
    await runtime.close();
    await hosted.close();
    code.remove();
  }
  return { ...addresses, clock, faults, isBusy: runtime.isBusy, close, [Symbol.asyncDispose]: close };
}

function withValue(secret: SecretDescription, given: Readonly<Record<string, string>> = {}): SecretDescription {
  const text = Object.hasOwn(given, secret.logicalId) ? given[secret.logicalId] : undefined;
  return text === undefined ? secret : { ...secret, initial: { kind: "given", text } };
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
