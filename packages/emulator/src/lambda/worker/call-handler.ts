import type { LambdaHandler } from "../lambda-function.ts";
import type { WorkerInvocation } from "./messages.ts";

/** How an invocation ends. `whenIdle` is a result that waits until the event loop is empty. */
export type Ended =
  | { readonly kind: "returned"; readonly value: unknown; readonly whenIdle: boolean }
  | { readonly kind: "threw"; readonly error: unknown };

/** What the runtime does if the event loop is empty before the handler has ended. */
export type WhenAbandoned = "null" | "NodeJsExit" | "exit";

/**
 * Calls a handler as the runtime of its Node.js version does. Since Node.js 24 its result is its promise's. Before, it
 * may also use a callback, or `context.succeed`, `fail` and `done`. `end` may be called several times: the first call
 * counts.
 */
export function callHandler(
  handler: LambdaHandler,
  { payload, context, deadline }: WorkerInvocation,
  {
    nodeMajor,
    now,
    end,
  }: { readonly nodeMajor: number; readonly now: () => number; readonly end: (ended: Ended) => void },
): WhenAbandoned {
  const event = JSON.parse(payload);
  const own = { ...context, getRemainingTimeInMillis: () => Math.max(0, deadline - now()) };
  const call = handler as unknown as (...args: unknown[]) => unknown;
  if (nodeMajor >= 24) {
    // An async function, so that an error of a handler that is not async is caught likewise.
    void (async () => call(event, own))().then(
      (value) => end({ kind: "returned", value, whenIdle: false }),
      (error) => end({ kind: "threw", error }),
    );
    return "exit";
  }
  return callWithCallback(call, { event, own, end });
}

function callWithCallback(
  call: (...args: unknown[]) => unknown,
  { event, own, end }: { readonly event: unknown; readonly own: object; readonly end: (ended: Ended) => void },
): WhenAbandoned {
  function finish(error: unknown, value: unknown, whenIdle: boolean): void {
    const failed = error !== undefined && error !== null;
    end(failed ? { kind: "threw", error } : { kind: "returned", value, whenIdle });
  }
  const context = {
    callbackWaitsForEmptyEventLoop: true,
    succeed: (value?: unknown) => finish(undefined, value, false),
    fail: (error?: unknown) => finish(error ?? "handled", undefined, false),
    done: (error?: unknown, value?: unknown) => finish(error, value, false),
    ...own,
  };
  const callback = (error?: unknown, value?: unknown) => finish(error, value, context.callbackWaitsForEmptyEventLoop);
  try {
    const result = call(event, context, callback);
    if (isThenable(result)) result.then(context.succeed, context.fail);
  } catch (error) {
    finish(error, undefined, false);
  }
  return call.constructor.name === "AsyncFunction" ? "NodeJsExit" : "null";
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof Object(value).then === "function";
}
