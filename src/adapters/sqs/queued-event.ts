import { DETAIL_TYPES, type DetailType } from "@portcullis/protocol";
import { MalformedInputError } from "../../domain/errors.ts";
import type { Delivery } from "../../domain/notification/delivery.ts";
import type { Notification, Publication, UserPush } from "../../domain/notification/notification.ts";
import { ownProperty, type PlainObject, parseJsonObject } from "../../domain/plain-object.ts";
import { DELIVERY_SCHEMA, parseDelivery } from "./delivery-body.ts";
import { parseEntityUpdate, parseUserPush } from "./event-detail.ts";
import { parseEnvelope } from "./eventbridge-envelope.ts";
import { parseEventId } from "./publication.ts";

type ParseDetail<N extends Notification> = (detail: unknown, publication: Publication) => N;

/**
 * What NotifyEntity's queues hold: entity updates from the bus, and continuations of either kind, so that a huge audience
 * delays no fresh event. Throws MalformedInputError.
 */
export function parseQueuedEntityUpdate(body: string): Delivery {
  const message = parseMessage(body);
  if (!isDelivery(message)) return parseEvent(message, DETAIL_TYPES.ENTITY_UPDATED, parseEntityUpdate);
  return ownProperty(message, "kind") === "user-push"
    ? parseDelivery(message, "user-push", parseUserPush)
    : parseDelivery(message, "entity-update", parseEntityUpdate);
}

/** What NotifyUser's queue holds: user pushes from the bus, and their dead letters moved back. Throws MalformedInputError. */
export function parseQueuedUserPush(body: string): Delivery<UserPush> {
  const message = parseMessage(body);
  return isDelivery(message)
    ? parseDelivery(message, "user-push", parseUserPush)
    : parseEvent(message, DETAIL_TYPES.SEND_USER_PUSH, parseUserPush);
}

/** EventBridge and we write an id among the first members. */
const BEGINNING = 1000;

/** The id under which the log names a message that cannot be parsed, even one that was cut at its end. */
export function eventIdOf(body: string): string | undefined {
  return parseEventId(/"id"\s*:\s*"([^"\\]*)"/.exec(body.slice(0, BEGINNING))?.[1]);
}

function parseEvent<N extends Notification>(
  message: PlainObject,
  name: DetailType,
  parse: ParseDetail<N>,
): Delivery<N> {
  const { detailType, detail, publication } = parseEnvelope(message);
  // Another rule's event: this function is not the one that knows what it means.
  if (detailType !== name) throw new MalformedInputError("MALFORMED_EVENT");
  return { notification: parse(detail, publication), to: {}, attempt: 0 };
}

function isDelivery(message: PlainObject): boolean {
  return ownProperty(message, "schema") === DELIVERY_SCHEMA;
}

function parseMessage(body: string): PlainObject {
  const message = parseJsonObject(body);
  if (message === undefined) throw new MalformedInputError("MALFORMED_EVENT");
  return message;
}
