import { type CorrelationId, parseCorrelationId } from "../../domain/correlation-id.ts";
import { parseJsonObject } from "../../domain/json-object.ts";
import { ownProperty, type PlainObject } from "../../domain/plain-object.ts";
import { parseStrictObject } from "../../domain/strict-json.ts";
import { parseRouteEvent, textField } from "./event-fields.ts";

/** Deeper than any frame of ours. */
const MAX_DEPTH = 32;

/** The ids by which an answer names its message. */
export type MessageReference = {
  /** The gateway's: the access log has it, and a client can quote it. */
  readonly requestId: string;
  /** The client's own, in every JSON object with a valid one: without it the client waits for its answer for ever. */
  readonly id?: CorrelationId;
};

export type ClientMessage = {
  readonly reference: MessageReference;
  /** Undefined for a text that is no JSON object. */
  readonly frame: PlainObject | undefined;
};

/** Throws MalformedInputError for an event that is not a client's message. */
export function parseMessageEvent(value: unknown): ClientMessage {
  const { event, requestContext } = parseRouteEvent(value, "MESSAGE");
  const body = textField(event, "body") ?? "";
  const frame = parseStrictObject(body, MAX_DEPTH);
  const id = parseCorrelationId(ownProperty(frame ?? parseJsonObject(body) ?? {}, "id"));
  return {
    reference: { requestId: textField(requestContext, "requestId") ?? "", ...(id !== undefined && { id }) },
    frame,
  };
}
