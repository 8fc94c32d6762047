import { parseConnectionId } from "../../domain/connection/connection.ts";
import { MalformedInputError } from "../../domain/errors.ts";
import { parseUserId } from "../../domain/identity/identity.ts";
import { type Delivery, MAX_NAMED } from "../../domain/notification/delivery.ts";
import type { EventMetadata, NamedRecipient, Notification } from "../../domain/notification/notification.ts";
import { ownProperty, type PlainObject } from "../../domain/plain-object.ts";
import { writeObject } from "../../domain/raw-json.ts";
import { parseEventMetadata } from "./eventbridge-envelope.ts";
import { sqsText } from "./sqs-text.ts";

/** Distinguishes the message of a delivery from that of an event, and this format from later ones. */
export const DELIVERY_SCHEMA = "portcullis/delivery/1";

/**
 * A recipient is [id, userId]: nothing else is read from a message, and its size costs money. `replay` is written only
 * if it is true, so that an operator can add it to a dead letter without repeating the member. `data` is set in as it
 * is: as text of a JSON string it could be twice as long.
 */
export function encodeDelivery({ notification, to, attempt }: Delivery): string {
  const { kind, id, time, publishedAt: _, replay, ...detail } = notification;
  const rest = "recipients" in to ? { recipients: to.recipients.map(toTuple) } : to;
  const message = { schema: DELIVERY_SCHEMA, kind, id, time, ...(replay && { replay }), detail, attempt, ...rest };
  return sqsText(writeObject(message, { detail: writeObject(detail, { data: detail.data }) }));
}

/** Parses a delivery of one kind of notification. Throws MalformedInputError. */
export function parseDelivery<N extends Notification>(
  message: PlainObject,
  kind: N["kind"],
  parse: (detail: unknown, metadata: EventMetadata) => N,
): Delivery<N> {
  const [id, time, attempt] = ["id", "time", "attempt"].map((name) => ownProperty(message, name));
  const metadata = parseEventMetadata(id, time, ownProperty(message, "replay") === true);
  if (ownProperty(message, "kind") !== kind || metadata === undefined || !isCount(attempt)) throw malformed();
  return { notification: parse(ownProperty(message, "detail"), metadata), to: parseAudience(message), attempt };
}

function parseAudience(message: PlainObject): Delivery["to"] {
  const recipients = ownProperty(message, "recipients");
  if (Array.isArray(recipients) && recipients.length <= MAX_NAMED) return { recipients: recipients.map(fromTuple) };
  const page = ownProperty(message, "page");
  if (recipients !== undefined || !(page === undefined || typeof page === "string")) throw malformed();
  return page === undefined ? {} : { page };
}

function toTuple({ connectionId, userId }: NamedRecipient): readonly unknown[] {
  return [connectionId, userId];
}

function fromTuple(tuple: unknown): NamedRecipient {
  const [id, user, ...others] = Array.isArray(tuple) ? (tuple as readonly unknown[]) : [];
  const connectionId = parseConnectionId(id);
  const userId = parseUserId(user);
  if (!connectionId || !userId || others.length > 0) throw malformed();
  return { connectionId, userId };
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function malformed(): MalformedInputError {
  return new MalformedInputError("MALFORMED_DELIVERY");
}
