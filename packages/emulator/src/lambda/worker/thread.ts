// The program of a worker thread: an execution environment of one function. It does what Lambda's runtime interface
// client does (github.com/aws/aws-lambda-nodejs-runtime-interface-client): loads the handler, then runs one invocation
// after another.
import { syncBuiltinESMExports } from "node:module";
import workerThreads, { type MessagePort } from "node:worker_threads";
import { readTime } from "../../clock/clock.ts";
import { jsonText } from "../json-copy.ts";
import { functionError, type LambdaHandler, unhandledRejection } from "../lambda-function.ts";
import { shiftDate } from "../shifted-date.ts";
import { callHandler, type Ended, type WhenAbandoned } from "./call-handler.ts";
import { loadHandler, RuntimeError } from "./load-handler.ts";
import { GATE, type OutputStream, type WorkerInvocation, type WorkerMessage, type WorkerStart } from "./messages.ts";
import { redirectOwnEndpoint } from "./own-endpoint.ts";
import { resolveTypeScript } from "./resolve-typescript.ts";
import { takeOutput } from "./thread-output.ts";

const start = workerThreads.workerData as WorkerStart;
const port = workerThreads.parentPort as MessagePort;
const gate = new Int32Array(start.gate);
const clock = new Float64Array(start.clock);
let wrongMillis = 0;
const now = () => readTime(clock) + wrongMillis;

function post(message: WorkerMessage): void {
  port.postMessage(message);
}

/** Messages have no limit of their own. A function that writes without end would fill the emulator's memory. */
const MAX_UNREAD_CHARACTERS = 1024 * 1024;

/** Hands on output. It waits like a write to a full pipe, which holds up a function on Lambda too. */
function write(stream: OutputStream, text: string): void {
  post({ kind: "output", stream, text });
  let unread = Atomics.add(gate, GATE.unread, text.length) + text.length;
  while (unread > MAX_UNREAD_CHARACTERS) {
    Atomics.wait(gate, GATE.unread, unread);
    unread = Atomics.load(gate, GATE.unread);
  }
}

/** Function code sees what it sees on Lambda: a main thread, and no port to the emulator. */
function hideThread(): void {
  Object.assign(workerThreads, { isMainThread: true, parentPort: null, workerData: null });
  syncBuiltinESMExports();
}

/** Ends this thread after a fault, as the process ends on Lambda. The numbers are those of Lambda's runtime. */
function failOnFaults(): void {
  process.on("uncaughtException", (thrown) => {
    post({ kind: "failed", error: functionError(thrown), isFatal: true });
    process.exit(129);
  });
  process.on("unhandledRejection", (reason) => {
    post({ kind: "failed", error: unhandledRejection(reason), isFatal: true });
    process.exit(128);
  });
}

/** What happens when the event loop is empty. Undefined if nothing is to happen. */
let onIdle: (() => void) | undefined;

let invocations = 0;

/**
 * Stops the thread until the next invocation, as Lambda freezes an execution environment: timers and promises that an
 * invocation leaves go on in the next one.
 */
function freeze(): void {
  // A reference, so that an empty event loop does not end the thread before the invocation's message is read.
  port.ref();
  Atomics.wait(gate, GATE.invocations, invocations);
}

function run(handler: LambdaHandler, invocation: WorkerInvocation): void {
  invocations += 1;
  wrongMillis = invocation.wrongMillis;
  let hasEnded = false;
  function end(ended: Ended): void {
    if (hasEnded) return;
    hasEnded = true;
    onIdle = undefined;
    const report = () => {
      post(resultOf(ended));
      freeze();
    };
    if (ended.kind === "returned" && ended.whenIdle) onIdle = report;
    // What is due in this turn of the event loop still runs, as on Lambda.
    else setImmediate(report);
  }
  // From here on only the function's own work keeps the event loop from being empty.
  port.unref();
  const whenAbandoned = callHandler(handler, invocation, { nodeMajor: start.nodeMajor, now, end });
  if (!hasEnded) onIdle = () => abandon(whenAbandoned, end);
}

function abandon(kind: WhenAbandoned, end: (ended: Ended) => void): void {
  if (kind === "null") end({ kind: "returned", value: null, whenIdle: false });
  if (kind === "NodeJsExit") end({ kind: "threw", error: new RuntimeError("NodeJsExit", ABANDONED) });
  if (kind === "exit") process.exit(0);
}

const ABANDONED =
  "The Lambda runtime client detected an unexpected Node.js exit code. This is most commonly caused by a Promise that was never settled. For more information, see https://nodejs.org/docs/latest/api/process.html#exit-codes";

function resultOf(ended: Ended): WorkerMessage {
  if (ended.kind === "threw") return { kind: "failed", error: functionError(ended.error), isFatal: false };
  try {
    return { kind: "returned", json: jsonText(ended.value) };
  } catch (error) {
    return { kind: "failed", error: functionError(error), isFatal: false };
  }
}

hideThread();
takeOutput(write);
failOnFaults();
shiftDate(now);
redirectOwnEndpoint(start.ownEndpoint);
resolveTypeScript();
process.on("beforeExit", () => {
  const idle = onIdle;
  onIdle = undefined;
  idle?.();
});

try {
  const handler = await loadHandler(start);
  port.on("message", (invocation: WorkerInvocation) => run(handler, invocation));
  post({ kind: "ready" });
  freeze();
} catch (error) {
  post({ kind: "failed", error: functionError(error), isFatal: true });
  process.exit(1);
}
