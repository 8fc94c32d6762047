import { fileURLToPath } from "node:url";
import type { EmulatorEvent, Observer } from "../observer.ts";
import { printable } from "./printable.ts";

/**
 * An observer that prints the events that a developer must know: failures of functions, events that reach no target or
 * only in part, edits that run, and faults on demand.
 */
export function makeEventPrinter(write: (line: string) => void): Observer {
  const strikes = new Map<string, number>();
  return (event) => {
    const line = event.kind === "fault-struck" ? struckLine(event, strikes) : lineOf(event);
    if (line !== undefined) write(line);
  };
}

/** The first three strikes of a kind have a line each, and then each tenth, hundredth, … one: faults may strike often. */
function struckLine({ fault, target }: FaultStruck, strikes: Map<string, number>): string | undefined {
  const count = (strikes.get(fault) ?? 0) + 1;
  strikes.set(fault, count);
  if (count > 3 && !/^10*$/.test(String(count))) return undefined;
  const times = count === 1 ? "" : `, for the ${count}${ORDINALS[count] ?? "th"} time`;
  return `the fault ${fault} strikes${target === "" ? "" : ` ${target}`}${times}`;
}

const ORDINALS: Readonly<Record<number, string>> = { 2: "nd", 3: "rd" };

type FaultStruck = Extract<EmulatorEvent, { kind: "fault-struck" }>;

function lineOf(event: EmulatorEvent): string | undefined {
  switch (event.kind) {
    case "invocation-ended":
      return event.outcome.kind === "failed" ? failureLine(event.functionName, event.outcome.error) : undefined;
    case "fault-after-invocation":
      return failureLine(event.functionName, event.error);
    case "function-reloaded":
      return `${event.functionName} runs its edited code from now on`;
    case "clock-advanced":
      return `time was moved by ${event.millis / 1000} s: it is ${new Date(event.at).toISOString()}`;
    case "faults-set":
      return event.faults.length === 0
        ? "no faults from now on"
        : `faults from now on, with the seed ${event.seed}: ${event.faults.join(" and ")}`;
    case "invocation-discarded":
      return discardedLine(event);
    case "event-published":
      if (event.rules.length > 0) return undefined;
      return `event ${event.eventId} (${printable(`${event.source}, ${event.detailType}`)}) matches no rule`;
    case "event-undelivered":
      return undeliveredLine(event);
    case "message-failed":
      return `a message of ${event.queue} failed, and will be visible again: ${printable(event.reason)}`;
    case "message-dead-lettered":
      return `a message of ${event.queue} is in ${event.deadLetterQueue} now, after ${event.receiveCount} receives`;
    case "disconnect-throttled":
      return `$disconnect of ${event.connectionId} was throttled: no function is told that it has ended`;
    case "secret-rotated":
      return `the secret ${event.secret} was rotated: its current version is ${event.versionId}`;
    case "secret-rotation-failed":
      return rotationFailureLine(event);
    default:
      return undefined;
  }
}

type FunctionError = Extract<EmulatorEvent, { kind: "fault-after-invocation" }>["error"];

/**
 * The error, as CloudWatch would show it. A refusal by the authorizer is a response, and is in the log already. The
 * message may quote a client, as a syntax error of JSON does.
 */
function failureLine(functionName: string, { errorType, errorMessage, trace }: FunctionError): string | undefined {
  if (errorMessage === "Unauthorized") return undefined;
  const lines = trace.length > 0 ? ownTrace(trace) : `${errorType}: ${errorMessage}`.split("\n");
  return `${functionName} failed: ${lines.map(printable).join("\n")}`;
}

/** The module that calls handlers in threads. It and its callers say nothing about the function. */
const CALLER = fileURLToPath(new URL("../lambda/worker/call-handler.", import.meta.url));

function ownTrace(trace: readonly string[]): readonly string[] {
  const caller = trace.findIndex((frame) => frame.includes(CALLER));
  return caller === -1 ? trace : trace.slice(0, caller);
}

type RotationFailed = Extract<EmulatorEvent, { kind: "secret-rotation-failed" }>;

function rotationFailureLine({ secret, step, reason, retryAfterMillis }: RotationFailed): string {
  const next = retryAfterMillis === undefined ? "is given up" : `is tried again in ${retryAfterMillis / 1000} s`;
  return `a rotation of the secret ${secret} failed in ${step} (${reason}) and ${next}`;
}

type Discarded = Extract<EmulatorEvent, { kind: "invocation-discarded" }>;

function discardedLine({ functionName, condition, destinations }: Discarded): string {
  const fate = destinations.length === 0 ? "is lost" : `goes to ${destinations.join(" and ")}`;
  return `an event of ${functionName} is discarded (${condition}) and ${fate}`;
}

type EventUndelivered = Extract<EmulatorEvent, { kind: "event-undelivered" }>;

function undeliveredLine({ rule, code, outcome }: EventUndelivered): string | undefined {
  switch (outcome) {
    case "lost":
      return `an event for rule ${rule} could not be delivered (${code}) and is lost`;
    case "cut":
      return `an event for rule ${rule} was too large (${code}): its dead letter is cut at the end`;
    case "dead-lettered":
      return undefined;
  }
}
