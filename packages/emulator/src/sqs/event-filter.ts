import { parseEventDetail } from "../eventbridge/bus-event.ts";
import { compileEventPattern } from "../eventbridge/event-pattern.ts";
import type { Message } from "./message.ts";
import { toSqsEvent } from "./sqs-event.ts";

/** True if the function gets the message; Lambda deletes a message that matches no filter. */
export type EventFilter = (message: Message, queueArn: string) => boolean;

/**
 * The filters of an event source mapping, of which one has to match (Lambda developer guide, "Using event filtering with an
 * Amazon SQS event source"). Patterns look at the record that the function would get, with `body` parsed if it is a JSON
 * object. Throws InvalidEventPatternError.
 */
export function makeEventFilter(patterns: readonly unknown[]): EventFilter {
  const matchers = patterns.map(compileEventPattern);
  return (message, queueArn) => {
    const [record] = toSqsEvent([message], queueArn).Records;
    const body = parseEventDetail(message.body)?.value ?? message.body;
    return matchers.some((matches) => matches({ ...record, body }));
  };
}
