import { type CorrelationId, parseCorrelationId } from "../../domain/correlation-id.ts";
import { parseJsonObject } from "../../domain/json-object.ts";
import { ownProperty, type PlainObject } from "../../domain/own-property.ts";
import { parseStrictObject } from "../../domain/strict-json.ts";
import { parseRouteEvent, textField } from "./event-fields.ts";

/** Deeper than any frame of ours. */
const MAX_DEPTH = 32;

/** What an answer names the message by. */
export type MessageReference = {
  /** The gateway's: what a client can quote and an access log has. */
  readonly requestId: string;
  /** The client's own, wherever it could be read: without it the client waits for an answer for ever. */
  readonly id?: CorrelationId;
};

export type ClientMessage = {
  readonly reference: MessageReference;
  /** A JSON object, or undefined for any other text. */
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
