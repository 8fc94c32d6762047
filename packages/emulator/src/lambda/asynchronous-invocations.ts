import { randomUUID } from "node:crypto";
import type { Observe } from "../observer.ts";
import type { Cancel, Scheduler } from "../scheduler.ts";
import type { Functions } from "./functions.ts";
import type { AsynchronousOutcome } from "./invocation-record.ts";
import { jsonText } from "./json-copy.ts";

/** How Lambda treats the events of one function. */
export type AsynchronousSettings = {
  readonly functionName: string;
  readonly maximumRetryAttempts?: number;
  readonly maximumEventAgeSeconds?: number;
  readonly onSuccess?: Destination;
  readonly onFailure?: Destination;
  /** The name of a queue. It gets the event itself. */
  readonly deadLetterQueue?: string;
};

export type Destination = { readonly kind: "queue" | "function" | "event-bus"; readonly name: string };

export type AsynchronousInvocations = {
  /**
   * Takes an event and invokes the function, again if it fails. Never rejects; resolves when the event is not needed
   * any more.
   */
  invoke(functionName: string, event: unknown): Promise<void>;
  /** Ends all retries. Resolves when the current invocations have ended. */
  stop(): Promise<void>;
};

/** Sends the outcome on. Returns the names of the destinations that took it. */
export type SendOutcome = (settings: AsynchronousSettings, outcome: AsynchronousOutcome) => readonly string[];

/** Lambda's defaults, which are also the highest values. */
const MAX_RETRY_ATTEMPTS = 2;
const MAX_EVENT_AGE_SECONDS = 21_600;

/** The waits before the two retries (developer guide, "How Lambda handles errors and retries with asynchronous invocation"). */
const RETRY_WAITS_MILLIS = [60_000, 120_000];

/** After a throttle Lambda waits "from 1 second after the first attempt to a maximum of 5 minutes". */
const FIRST_THROTTLE_WAIT_MILLIS = 1_000;
const LONGEST_THROTTLE_WAIT_MILLIS = 300_000;

/** The memory for events that wait for another try. Further ones are discarded. */
const MAX_WAITING_BYTES = 64 * 1024 * 1024;

/** Lambda's queue of events before the functions. All tries of one event have the same request id. */
export function makeAsynchronousInvocations(deps: {
  readonly functions: Functions;
  readonly settings: readonly AsynchronousSettings[];
  readonly sendOutcome: SendOutcome;
  readonly scheduler: Scheduler;
  readonly observe: Observe;
}): AsynchronousInvocations {
  const { functions, scheduler, observe } = deps;
  const byName = new Map(deps.settings.map((settings) => [settings.functionName, settings]));
  const running = new Set<Promise<void>>();
  const pauses = new Set<() => void>();
  let isStopped = false;
  let waitingBytes = 0;

  async function run(functionName: string, event: unknown): Promise<void> {
    const settings = byName.get(functionName) ?? { functionName };
    const { maximumRetryAttempts = MAX_RETRY_ATTEMPTS, maximumEventAgeSeconds = MAX_EVENT_AGE_SECONDS } = settings;
    const expiresAt = scheduler.now() + maximumEventAgeSeconds * 1000;
    const about = { requestId: randomUUID(), functionArn: functions.arnOf(functionName), event };
    let invocations = 0;
    let throttles = 0;
    let response: AsynchronousOutcome["response"];

    function end(condition: AsynchronousOutcome["condition"]): void {
      const outcome = { ...about, condition, approximateInvokeCount: invocations, ...(response && { response }) };
      const destinations = deps.sendOutcome(settings, outcome);
      const { requestId } = about;
      if (condition !== "Success")
        observe({ kind: "invocation-discarded", functionName, requestId, condition, destinations });
    }

    while (!isStopped) {
      if (scheduler.now() >= expiresAt) return end("EventAgeExceeded");
      const result = await functions.invoke(functionName, event, about.requestId);
      if (result.kind === "unknown-function") return;
      const isThrottled = result.kind === "throttled";
      if (isThrottled) throttles += 1;
      else {
        invocations += 1;
        response = result;
        if (result.kind === "returned") return end("Success");
        if (invocations > maximumRetryAttempts) return end("RetriesExhausted");
      }
      const afterMillis = isThrottled ? throttleWait(throttles) : (RETRY_WAITS_MILLIS[invocations - 1] ?? 0);
      const reason = isThrottled ? "throttled" : "failed";
      if (isStopped) return;
      const bytes = Buffer.byteLength(jsonText(event));
      if (waitingBytes + bytes > MAX_WAITING_BYTES) return end(isThrottled ? "EventAgeExceeded" : "RetriesExhausted");
      observe({ kind: "invocation-retried", functionName, requestId: about.requestId, reason, afterMillis });
      waitingBytes += bytes;
      await pause(afterMillis);
      waitingBytes -= bytes;
    }
  }

  function pause(millis: number): Promise<void> {
    return new Promise((resolve) => {
      let cancel: Cancel = () => {};
      const done = () => {
        cancel();
        pauses.delete(done);
        resolve();
      };
      pauses.add(done);
      cancel = scheduler.after(millis, done);
    });
  }

  return {
    invoke(functionName, event) {
      const invocation = run(functionName, event).finally(() => running.delete(invocation));
      running.add(invocation);
      return invocation;
    },
    async stop() {
      isStopped = true;
      for (const end of pauses) end();
      await Promise.all(running);
    },
  };
}

function throttleWait(throttles: number): number {
  return Math.min(FIRST_THROTTLE_WAIT_MILLIS * 2 ** (throttles - 1), LONGEST_THROTTLE_WAIT_MILLIS);
}
