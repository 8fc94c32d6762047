import type { EmulatorEvent, Observer } from "@portcullis/emulator";

/**
 * Prints the events that a developer must know: failures of functions, and events that reach no queue, or only in part.
 */
export function makePrintEvents(warn: (line: string) => void): Observer {
  return (event) => {
    const line = lineOf(event);
    if (line !== undefined) warn(line);
  };
}

function lineOf(event: EmulatorEvent): string | undefined {
  switch (event.kind) {
    case "invocation-ended":
      return event.outcome.kind === "failed" ? failureLine(event.functionName, event.outcome.error) : undefined;
    case "fault-after-invocation":
      return failureLine(event.functionName, event.error);
    case "invocation-discarded":
      return discardedLine(event);
    case "event-published":
      return event.rules.length === 0 ? `event ${event.eventId} matches no rule` : undefined;
    case "event-undelivered":
      return undeliveredLine(event);
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

/** The error, as CloudWatch would show it. A refusal by the authorizer is a response, and is in the log already. */
function failureLine(functionName: string, { errorType, errorMessage, trace }: FunctionError): string | undefined {
  if (errorMessage === "Unauthorized") return undefined;
  return `${functionName} failed: ${trace.length > 0 ? trace.join("\n") : `${errorType}: ${errorMessage}`}`;
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
