import { DETAIL_TYPES } from "@portcullis/protocol";
import { MalformedInputError } from "../../../domain/errors.ts";
import type { Delivery } from "../../../domain/notification/delivery.ts";
import type { Notification } from "../../../domain/notification/notification.ts";
import { ownProperty, type PlainObject, parseJsonObject } from "../../../domain/plain-object.ts";
import { cutMember, type RawJson } from "../../../domain/raw-json.ts";
import { DELIVERY_SCHEMA, parseDelivery } from "../delivery-body.ts";
import { parseEntityUpdate, parseUserPush } from "../event-detail.ts";
import { parseEnvelope, parseEventId } from "../eventbridge-envelope.ts";

/** Parses a message of the three queues: an event of either kind, or a delivery. Throws MalformedInputError. */
export function parseQueuedDelivery(body: string): Delivery {
  const message = parseMessage(body);
  // The same place in an event and in a delivery.
  const rawData = cutMember(body, "detail", "data");
  return ownProperty(message, "schema") === DELIVERY_SCHEMA
    ? parseContinuation(message, rawData)
    : { notification: parseEvent(message, rawData), to: {}, attempt: 0 };
}

/** In characters. EventBridge and this project write the id among the first members. */
const BEGINNING = 1000;

/** The id of the event in a message that cannot be parsed, for the log. Works for a message that was cut at its end. */
export function eventIdOf(body: string): string | undefined {
  return parseEventId(/"id"\s*:\s*"([^"\\]*)"/.exec(body.slice(0, BEGINNING))?.[1]);
}

function parseContinuation(message: PlainObject, rawData: RawJson | undefined): Delivery {
  return ownProperty(message, "kind") === "user-push"
    ? parseDelivery(message, "user-push", (detail, metadata) => parseUserPush(detail, metadata, rawData))
    : parseDelivery(message, "entity-update", (detail, metadata) => parseEntityUpdate(detail, metadata, rawData));
}

function parseEvent(message: PlainObject, rawData: RawJson | undefined): Notification {
  const { detailType, detail, metadata } = parseEnvelope(message);
  if (detailType === DETAIL_TYPES.ENTITY_UPDATED) return parseEntityUpdate(detail, metadata, rawData);
  if (detailType === DETAIL_TYPES.SEND_USER_PUSH) return parseUserPush(detail, metadata, rawData);
  throw new MalformedInputError("MALFORMED_EVENT");
}

function parseMessage(body: string): PlainObject {
  const message = parseJsonObject(body);
  if (message === undefined) throw new MalformedInputError("MALFORMED_EVENT");
  return message;
}
