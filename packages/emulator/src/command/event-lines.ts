import { fileURLToPath } from "node:url";
import type { FunctionError } from "../lambda/lambda-function.ts";
import type { EmulatorEvent } from "../observer.ts";
import { printable } from "../printable.ts";

/** The line about an event that a developer must know: a failure, an event that is lost, an edit that runs. */
export function eventLine(event: EmulatorEvent): string | undefined {
  switch (event.kind) {
    case "invocation-ended":
      return event.outcome.kind === "failed" ? failureLine(event.functionName, event.outcome.error) : undefined;
    case "fault-after-invocation":
      return failureLine(event.functionName, event.error);
    case "function-reloaded":
      return `${event.functionName} runs its edited code from now on`;
    case "event-published":
      if (event.rules.length > 0) return undefined;
      return `event ${event.eventId} (${printable(`${event.source}, ${event.detailType}`)}) matches no rule`;
    case "event-undelivered":
      return `an event for rule ${event.rule} could not be delivered (${event.code}): ${event.outcome}`;
    case "invocation-discarded":
      if (event.destinations.length > 0) return undefined;
      return `the event of ${event.functionName}'s invocation ${event.requestId} is lost: ${event.condition}`;
    case "message-failed":
      return `a message of ${event.queue} failed, and will be visible again: ${printable(event.reason)}`;
    case "message-dead-lettered":
      return `a message of ${event.queue} is in ${event.deadLetterQueue} now, after ${event.receiveCount} receives`;
    default:
      return undefined;
  }
}

/** The error, as CloudWatch would show it. A refusal by an authorizer is a response. */
function failureLine(functionName: string, { errorType, errorMessage, trace }: FunctionError): string | undefined {
  if (errorMessage === "Unauthorized") return undefined;
  return `${functionName} failed: ${trace.length > 0 ? ownTrace(trace).join("\n") : `${errorType}: ${errorMessage}`}`;
}

/** The module that calls handlers. It and its callers say nothing about the function. */
const CALLER = fileURLToPath(new URL("../lambda/worker/call-handler.", import.meta.url));

function ownTrace(trace: readonly string[]): readonly string[] {
  const caller = trace.findIndex((frame) => frame.includes(CALLER));
  return caller === -1 ? trace : trace.slice(0, caller);
}
