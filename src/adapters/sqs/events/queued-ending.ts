import type { LogFields } from "../../../application/ports/logger.ts";
import type { AdminOrder } from "../../../domain/connection/ending-order.ts";
import type { EndingTask } from "../../../domain/connection/ending-task.ts";
import { MalformedInputError } from "../../../domain/errors.ts";
import { grantText } from "../../../domain/grants/grant.ts";
import { isPlainObject, ownProperty, type PlainObject, parseJsonObject } from "../../../domain/plain-object.ts";
import { parseAdminEvent } from "../admin-event.ts";
import { ENDING_SCHEMA, parseEndingTask } from "../ending-body.ts";
import { parseEnvelope } from "../eventbridge-envelope.ts";

export type QueuedEnding = { readonly task: EndingTask; readonly fields: LogFields };

/** Parses a message of the administrators' queue: an event, or a task. Throws MalformedInputError. */
export function parseQueuedEnding(body: string): QueuedEnding {
  const message = parseJsonObject(body);
  if (message === undefined) throw new MalformedInputError("MALFORMED_EVENT");
  return ownProperty(message, "schema") === ENDING_SCHEMA ? parseTask(message) : parseEvent(message);
}

function parseTask(message: PlainObject): QueuedEnding {
  const task = parseEndingTask(message);
  const { order, part, attempt } = task;
  return { task, fields: { part: part.kind, attempt, ...("eventId" in order && { eventId: order.eventId }) } };
}

function parseEvent(message: PlainObject): QueuedEnding {
  const envelope = parseEnvelope(message);
  const order = parseAdminEvent(envelope);
  const task: EndingTask = { order, part: { kind: "event" }, cut: 0, attempt: 0 };
  return { task, fields: { detailType: envelope.detailType, ...fieldsOf(order, envelope.detail) } };
}

function fieldsOf(order: AdminOrder, detail: unknown): LogFields {
  const event = { eventId: order.eventId, ...(order.reason !== undefined && { statedReason: order.reason }) };
  if (order.kind === "disconnection") return { ...event, userId: order.userId };
  if (order.kind === "access") return { ...event, userId: order.change.userId, grant: grantText(order.change) };
  const { revocation } = order;
  switch (revocation.kind) {
    case "user":
      return { ...event, userId: revocation.userId, issuedBefore: revocation.issuedBefore };
    case "token":
      return { ...event, userId: revocation.userId, tokenId: revocation.tokenId };
    case "issuer":
      return { ...event, issuer: issuerIn(detail), issuedBefore: revocation.issuedBefore };
  }
}

/** The order has only its short name. */
function issuerIn(detail: unknown): string {
  return String(isPlainObject(detail) ? ownProperty(detail, "issuer") : undefined);
}
