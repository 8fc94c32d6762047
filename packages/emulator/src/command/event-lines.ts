import type { FunctionError } from "../lambda/lambda-function.ts";
import type { EmulatorEvent } from "../observer.ts";

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
      return event.rules.length === 0 ? `event ${event.eventId} matches no rule` : undefined;
    case "event-undelivered":
      return `an event for rule ${event.rule} could not be delivered (${event.code}): ${event.outcome}`;
    default:
      return undefined;
  }
}

/** The error, as CloudWatch would show it. A refusal by an authorizer is a response. */
function failureLine(functionName: string, { errorType, errorMessage, trace }: FunctionError): string | undefined {
  if (errorMessage === "Unauthorized") return undefined;
  return `${functionName} failed: ${trace.length > 0 ? trace.join("\n") : `${errorType}: ${errorMessage}`}`;
}
