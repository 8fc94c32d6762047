import type { Clock } from "../clock/clock.ts";
import type { Cancel } from "../scheduler.ts";
import {
  type EnvironmentDescription,
  type ExecutionEnvironment,
  type LoadError,
  type OutputLine,
  startExecutionEnvironment,
} from "./execution-environment.ts";
import { jsonText } from "./json-copy.ts";
import {
  type FunctionError,
  type FunctionHost,
  functionError,
  type HostedInvocation,
  type OutputSink,
} from "./lambda-function.ts";

/** A function that runs in worker threads. `describe` is called for each thread: code and handler may have changed. */
export type PooledFunction = {
  readonly name: string;
  readonly describe: () => Omit<EnvironmentDescription, "clock">;
  /** Called at the first thread that does not load, and again after `retire`. */
  readonly onLoadError: (error: FunctionError) => void;
};

/** A line that a function writes. While its module loads there is no request. */
export type FunctionOutput = OutputLine & { readonly functionName: string };

export type HostedPool = {
  readonly host: FunctionHost;
  /** Starts a thread, unless one is there, so that the first invocation need not wait. Resolves when it has loaded. */
  warmUp(): Promise<void>;
  /** Ends the function's threads: idle ones at once, each of the others after its invocation. */
  retire(): void;
};

export type WorkerPool = {
  add(fn: PooledFunction): HostedPool;
  /** Ends all threads. Invocations in them never end, nor do later ones. */
  close(): Promise<void>;
};

/** Each takes some twenty megabytes and more: a laptop has no room for a thousand. Further invocations wait. */
const MAX_WORKERS = 50;

/** Lambda ends idle execution environments too, after a time that it does not publish. */
const IDLE_MILLIS = 5 * 60_000;

type Pooled = {
  readonly fn: PooledFunction;
  readonly environment: ExecutionEnvironment;
  cancelIdle: Cancel;
  /** True if it must not run another invocation. */
  isRetired: boolean;
};

/** The result of an invocation of a pool that is closed. A promise that all share would keep each of them in memory. */
function never(): Promise<never> {
  return new Promise(() => {});
}

type Waiter = { readonly fn: PooledFunction; readonly take: (pooled: Pooled | LoadError) => void };

/**
 * The worker threads of all functions. A thread runs one invocation at a time, as an execution environment of Lambda
 * does; concurrent invocations of a function have a thread each. An idle thread is used again, the last used first.
 */
export function makeWorkerPool({
  clock,
  onOutput,
  maxWorkers = MAX_WORKERS,
}: {
  readonly clock: Clock;
  readonly onOutput: (output: FunctionOutput) => void;
  readonly maxWorkers?: number;
}): WorkerPool {
  /** All threads, and those that await an invocation; the last used comes last. */
  const all = new Set<Pooled>();
  const idle = new Set<Pooled>();
  const waiters: Waiter[] = [];
  /** The logs that callers ask for, by request. */
  const logs = new Map<string, OutputSink>();
  const reported = new Set<PooledFunction>();
  let isClosed = false;

  function start(fn: PooledFunction): Pooled | LoadError {
    try {
      const environment = startExecutionEnvironment({ ...fn.describe(), clock: clock.shared }, (line) => {
        logs.get(line.requestId ?? "")?.write(`${line.line}\n`);
        onOutput({ ...line, functionName: fn.name });
      });
      const pooled = { fn, environment, cancelIdle: () => {}, isRetired: false };
      all.add(pooled);
      void environment.ready.then((loadError) => reportOnce(fn, loadError));
      return pooled;
    } catch (error) {
      const loadError = () => functionError(error);
      reportOnce(fn, loadError);
      return loadError;
    }
  }

  function reportOnce(fn: PooledFunction, loadError: LoadError | undefined): void {
    if (loadError === undefined || reported.has(fn)) return;
    reported.add(fn);
    fn.onLoadError(loadError(""));
  }

  function remove(pooled: Pooled): void {
    pooled.cancelIdle();
    idle.delete(pooled);
    all.delete(pooled);
    void pooled.environment.end();
  }

  function discard(pooled: Pooled): void {
    remove(pooled);
    serveWaiters();
  }

  /** A thread of this function that is idle or still loads, a new one, or undefined if there is no room. */
  function find(fn: PooledFunction): Pooled | LoadError | undefined {
    const own = [...idle].findLast((pooled) => pooled.fn === fn && pooled.environment.isUsable());
    if (own !== undefined) {
      own.cancelIdle();
      idle.delete(own);
      return own;
    }
    if (all.size >= maxWorkers) {
      const [longestIdle] = idle;
      if (longestIdle === undefined) return undefined;
      remove(longestIdle);
    }
    return start(fn);
  }

  function acquire(fn: PooledFunction): Promise<Pooled | LoadError> {
    return new Promise((take) => {
      waiters.push({ fn, take });
      serveWaiters();
    });
  }

  /** In the order of their arrival. */
  function serveWaiters(): void {
    for (let waiter = waiters[0]; waiter !== undefined; waiter = waiters[0]) {
      waiters.shift();
      const found = find(waiter.fn);
      if (found === undefined) {
        waiters.unshift(waiter);
        return;
      }
      waiter.take(found);
    }
  }

  function release(pooled: Pooled): void {
    if (pooled.isRetired || !pooled.environment.isUsable()) {
      remove(pooled);
    } else {
      idle.add(pooled);
      pooled.cancelIdle = clock.after(IDLE_MILLIS, () => discard(pooled));
    }
    serveWaiters();
  }

  async function invoke(
    fn: PooledFunction,
    { requestId, event, begin, log, ...invocation }: HostedInvocation,
  ): ReturnType<FunctionHost> {
    if (isClosed) return never();
    const pooled = await acquire(fn);
    if (typeof pooled === "function") return { kind: "failed", error: pooled(requestId) };
    const loadError = await pooled.environment.ready;
    if (!all.has(pooled)) return never();
    let hasResult = false;
    if (loadError !== undefined) {
      discard(pooled);
      return { kind: "failed", error: loadError(requestId) };
    }
    if (log !== undefined) logs.set(requestId, log);
    const context = begin(() => {
      // After the result the thread is another invocation's: a fault on demand may keep the caller waiting beyond it.
      if (hasResult) return;
      logs.delete(requestId);
      discard(pooled);
    });
    if (!all.has(pooled)) return never();
    const wrongMillis = invocation.wrongMillis();
    const deadline = clock.now() + wrongMillis + context.getRemainingTimeInMillis();
    const result = await pooled.environment.invoke(context, { payload: jsonText(event), deadline, wrongMillis });
    hasResult = true;
    logs.delete(requestId);
    release(pooled);
    return result;
  }

  return {
    add: (fn) => ({
      host: (invocation) => invoke(fn, invocation),
      async warmUp() {
        if (isClosed || all.size >= maxWorkers || [...all].some((pooled) => pooled.fn === fn)) return;
        const pooled = start(fn);
        if (typeof pooled === "function") return;
        idle.add(pooled);
        const loadError = await pooled.environment.ready;
        if (loadError !== undefined && idle.has(pooled)) discard(pooled);
      },
      retire() {
        reported.delete(fn);
        for (const pooled of all) {
          if (pooled.fn === fn) pooled.isRetired = true;
        }
        for (const pooled of idle) {
          if (pooled.isRetired) discard(pooled);
        }
      },
    }),
    async close() {
      isClosed = true;
      waiters.length = 0;
      const ending = [...all].map(({ environment, cancelIdle }) => {
        cancelIdle();
        return environment.end();
      });
      all.clear();
      idle.clear();
      await Promise.all(ending);
    },
  };
}
