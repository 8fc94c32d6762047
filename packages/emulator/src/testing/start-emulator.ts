import { type AwsAccount, DEFAULT_ACCOUNT } from "../aws-account.ts";
import { Clock, type ClockOptions } from "../clock/clock.ts";
import type { EventingDescription } from "../eventing.ts";
import { Faults } from "../faults/faults.ts";
import type { FunctionUrl } from "../function-url/function-url.ts";
import { DEFAULT_QUOTAS, type Quotas } from "../gateway/quotas.ts";
import type { HttpService } from "../http/http-service.ts";
import type { LambdaHandler } from "../lambda/lambda-function.ts";
import type { Observer } from "../observer.ts";
import { type RunTemplateOptions, runTemplate } from "../run-template.ts";
import { startRuntime } from "../runtime.ts";
import { Recording } from "./recording.ts";
import { describeApi, type TestApi } from "./test-api.ts";
import { type ConnectOptions, connectTo, type TestClient } from "./test-client.ts";

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
    readonly functions?: Readonly<Record<string, LambdaHandler>>;
  };

/** An emulator that runs an API without a template. */
export type ApiUnderTest = Common &
  TestApi & {
    /** Handlers in this process, by name. Each has a timeout of a minute. */
    readonly functions: Readonly<Record<string, LambdaHandler>>;
    readonly eventing?: Partial<EventingDescription>;
    readonly functionUrls?: readonly FunctionUrl[];
    readonly observer?: Observer;
    readonly quotas?: Partial<Quotas>;
    readonly account?: Partial<AwsAccount>;
    /** Services for requests that no emulated service handles. */
    readonly services?: readonly HttpService[];
  };

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
    settled: () => settle(running.isBusy),
    [Symbol.asyncDispose]: () => running.close(),
  };
}

type Watched = { readonly clock: Clock; readonly faults: Faults; readonly observer: Observer };

function startTemplate({ functions, ...options }: TemplateUnderTest, watched: Watched) {
  return runTemplate({
    ...options,
    ...watched,
    ...(functions && {
      loadFunction: ({ logicalId }) => (Object.hasOwn(functions, logicalId) ? functions[logicalId] : undefined),
    }),
  });
}

async function startApi(api: ApiUnderTest, watched: Watched) {
  const runtime = await startRuntime({
    api: describeApi(api),
    functions: Object.entries(api.functions).map(([name, handler]) => {
      return { name, handler, timeoutSeconds: 60, memoryMegabytes: 128 };
    }),
    port: 0,
    account: { ...DEFAULT_ACCOUNT, ...api.account },
    quotas: { ...DEFAULT_QUOTAS, ...api.quotas },
    services: api.services ?? [],
    functionUrls: api.functionUrls ?? [],
    eventing: { queues: [], rules: [], eventSourceMappings: [], ...api.eventing },
    ...{ ...watched, scheduler: watched.clock },
  });
  const endpoint = `http://127.0.0.1:${runtime.port}`;
  return { ...runtime, url: `ws://127.0.0.1:${runtime.port}/${runtime.stage}`, endpoint, functionUrls: {} };
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
