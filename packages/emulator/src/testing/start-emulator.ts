import { type AwsAccount, DEFAULT_ACCOUNT } from "../aws-account.ts";
import { Clock, type ClockOptions } from "../clock/clock.ts";
import type { EventingDescription } from "../eventing.ts";
import { Faults } from "../faults/faults.ts";
import { DEFAULT_QUOTAS, type Quotas } from "../gateway/quotas.ts";
import type { LoadFunction } from "../lambda/load-function.ts";
import type { Observer } from "../observer.ts";
import { type RunTemplateOptions, runTemplate } from "../run-template.ts";
import { type RuntimeDescription, startRuntime } from "../runtime.ts";
import { Recording } from "./recording.ts";
import { describeApi, describeFunction, type TestApi, type TestFunction, type TestHandler } from "./test-api.ts";
import { type ConnectOptions, connectTo, handshakeStatus, type TestClient } from "./test-client.ts";

type Common = {
  /** By default a clock that goes with the machine's, and can be advanced. */
  readonly clock?: Clock | ClockOptions;
  /** By default none, with a seed of 1: each run is the same. */
  readonly faults?: Faults;
};

/** An emulator that runs a template. */
export type TemplateUnderTest = Common &
  Omit<RunTemplateOptions, "clock" | "faults" | "loadFunction"> & {
    /** Handlers in this process, by logical id. All others run in threads of their own. With `watch` there are none. */
    readonly functions?: Readonly<Record<string, TestHandler>>;
  };

/** An emulator that runs an API without a template. */
export type ApiUnderTest = Common &
  TestApi &
  Partial<Pick<RuntimeDescription, PassedOn>> & {
    /** Handlers in this process, by name. */
    readonly functions: Readonly<Record<string, TestFunction>>;
    readonly eventing?: Partial<EventingDescription>;
    readonly quotas?: Partial<Quotas>;
    readonly account?: Partial<AwsAccount>;
  };

type PassedOn =
  | ("functionUrls" | "services" | "observer" | "describeConnection" | "describeProgram")
  | ("host" | "hostNames" | "key" | "isOwnPeer");

export type TestEmulator = AsyncDisposable & {
  readonly port: number;
  /** The URL for clients: `ws://127.0.0.1:<port>/<stage>`. */
  readonly url: string;
  /** The endpoint of every emulated AWS API: `http://127.0.0.1:<port>`. */
  readonly endpoint: string;
  readonly stage: string;
  readonly functionUrls: Readonly<Record<string, string>>;
  readonly clock: Clock;
  readonly faults: Faults;
  /** Frames, invocations and events since the start, or since the last `clear()`. */
  readonly recording: Recording;
  /** Opens a connection to the API's own stage. Rejects with HandshakeRefused. */
  connect(options?: ConnectOptions): Promise<TestClient>;
  /** The status of a handshake: 101 if it is accepted, and the connection is then closed. */
  handshakeStatus(options?: ConnectOptions): Promise<number>;
  /** Invokes a function, and waits for its result, or for the error that Lambda reports. */
  // biome-ignore lint/suspicious/noExplicitAny: a test looks into the result
  invoke(functionName: string, event?: unknown): Promise<any>;
  /**
   * Waits until no function runs and no message waits for one. Messages that are delayed or in flight wait for time, not
   * for work. Throws after five seconds of the machine's time.
   */
  settled(): Promise<void>;
  /** Closes every WebSocket with 1001. Ends within a second. */
  close(): Promise<void>;
};

/** Starts an emulator on a free port, for a test. */
export async function startEmulator(options: TemplateUnderTest | ApiUnderTest): Promise<TestEmulator> {
  const clock = options.clock instanceof Clock ? options.clock : new Clock(options.clock);
  const faults = options.faults ?? new Faults({ seed: 1 });
  const recording = new Recording();
  const observer: Observer = (event) => {
    recording.observe(event);
    return options.observer?.(event);
  };
  const time = { clock, faults, observer };
  const running = "routes" in options ? await startApi(options, time) : await startTemplate(options, time);
  return {
    ...running,
    ...{ clock, faults, recording },
    connect: (how) => connectTo(running.url, how),
    handshakeStatus: (how) => handshakeStatus(running.url, how),
    invoke: (functionName, event) => invoke(running.endpoint, functionName, event),
    settled: () => settle(running.isBusy),
    [Symbol.asyncDispose]: () => running.close(),
  };
}

type Watched = { readonly clock: Clock; readonly faults: Faults; readonly observer: Observer };

function startTemplate({ functions, ...options }: TemplateUnderTest, watched: Watched) {
  const loadFunction: LoadFunction = ({ logicalId }) =>
    functions !== undefined && Object.hasOwn(functions, logicalId) ? functions[logicalId] : undefined;
  return runTemplate({ ...options, ...watched, ...(functions && { loadFunction }) });
}

async function startApi(given: ApiUnderTest, watched: Watched) {
  const { functions, eventing, quotas, account } = given;
  const runtime = await startRuntime({
    ...given,
    api: describeApi(given),
    functions: Object.entries(functions).map(([name, fn]) => describeFunction(name, fn)),
    port: 0,
    account: { ...DEFAULT_ACCOUNT, ...account },
    quotas: { ...DEFAULT_QUOTAS, ...quotas },
    eventing: { queues: [], rules: [], eventSourceMappings: [], ...eventing },
    ...watched,
  });
  const endpoint = `http://127.0.0.1:${runtime.port}`;
  return { ...runtime, url: `ws://127.0.0.1:${runtime.port}/${runtime.stage}`, endpoint, functionUrls: {} };
}

async function invoke(endpoint: string, functionName: string, event: unknown = {}): Promise<unknown> {
  const url = `${endpoint}/2015-03-31/functions/${encodeURIComponent(functionName)}/invocations`;
  return (await fetch(url, { method: "POST", body: JSON.stringify(event) })).json();
}

const MAX_SETTLE_MILLIS = 5_000;

async function settle(isBusy: () => boolean): Promise<void> {
  const deadline = performance.now() + MAX_SETTLE_MILLIS;
  let quietTurns = 0;
  // A message that was posted in the last turn may reach its function in the next.
  while (quietTurns < 3) {
    if (performance.now() > deadline)
      throw new Error("the emulator has not settled: a function runs, or a message waits");
    await new Promise((resolve) => setTimeout(resolve, 1));
    quietTurns = isBusy() ? 0 : quietTurns + 1;
  }
}
