import { isReason } from "@portcullis/protocol";
import { type ConnectionId, parseConnectionId } from "../../domain/connection/connection.ts";
import { type EndSlot, endSlot } from "../../domain/connection/ending.ts";
import type { EndingOrder } from "../../domain/connection/ending-order.ts";
import { type EndingPart, type EndingTask, isPartOf, MAX_ENDED_AT_ONCE } from "../../domain/connection/ending-task.ts";
import { MalformedInputError } from "../../domain/errors.ts";
import type { AccessChange } from "../../domain/grants/access-list.ts";
import { parseEntityPattern, parseVerb } from "../../domain/grants/grant.ts";
import { parseUserId } from "../../domain/identity/identity.ts";
import { isPlainObject, ownProperty, type PlainObject } from "../../domain/plain-object.ts";
import { type EpochSeconds, parseEpochSeconds } from "../../domain/time.ts";
import type { Revocation } from "../../domain/token/revocation.ts";
import { parseTokenId } from "../../domain/token/token-facts.ts";
import { parseIssuerId } from "../issuer-id.ts";
import { parseEventId } from "./eventbridge-envelope.ts";
import { sqsText } from "./sqs-text.ts";

/** Distinguishes the message of a task from that of an event, and this format from later ones. */
export const ENDING_SCHEMA = "portcullis/ending/1";

export function encodeEndingTask({ order, part, cut, attempt, wasInterrupted }: EndingTask): string {
  return sqsText(JSON.stringify({ schema: ENDING_SCHEMA, order, part, cut, attempt, wasInterrupted }));
}

/**
 * Parses a task, strictly: it says which connections end, and only this function writes it. Throws MalformedInputError.
 */
export function parseEndingTask(message: PlainObject): EndingTask {
  const members = only(message, ["schema", "order", "part", "cut", "attempt", "wasInterrupted"]);
  const order = parseOrder(objectIn(members.order));
  const part = parsePart(objectIn(members.part));
  const { wasInterrupted } = members;
  if (!isPartOf(order, part) || (wasInterrupted !== undefined && wasInterrupted !== true)) throw malformed();
  const task = { order, part, cut: countIn(members.cut), attempt: countIn(members.attempt) };
  return wasInterrupted ? { ...task, wasInterrupted } : task;
}

const EVENT_MEMBERS = ["kind", "eventId", "orderedAt", "reason"] as const;
const MEMBERS_OF = {
  revocation: [...EVENT_MEMBERS, "revocation"],
  disconnection: [...EVENT_MEMBERS, "userId", "exceptConnectionId", "reconnect"],
  access: [...EVENT_MEMBERS, "change"],
} as const;

function parseOrder(order: PlainObject): EndingOrder {
  const kind = ownProperty(order, "kind");
  if (kind === "expiry" || kind === "review") {
    only(order, ["kind"]);
    return { kind };
  }
  if (kind !== "revocation" && kind !== "disconnection" && kind !== "access") throw malformed();
  const members = only(order, MEMBERS_OF[kind]);
  const event = {
    eventId: sure(parseEventId(members.eventId)),
    orderedAt: secondsIn(members.orderedAt),
    ...(members.reason !== undefined && { reason: reasonIn(members.reason) }),
  };
  if (kind === "revocation") {
    return { kind, ...event, revocation: parseRevocation(objectIn(ownProperty(order, "revocation"))) };
  }
  if (kind === "access") return { kind, ...event, change: parseChange(objectIn(ownProperty(order, "change"))) };
  const { userId, exceptConnectionId: except, reconnect } = only(order, MEMBERS_OF.disconnection);
  if (typeof reconnect !== "boolean") throw malformed();
  return {
    kind,
    ...event,
    userId: sure(parseUserId(userId)),
    ...(except !== undefined && { exceptConnectionId: sure(parseConnectionId(except)) }),
    reconnect,
  };
}

function parseChange(change: PlainObject): AccessChange {
  const members = only(change, ["kind", "userId", "verb", "pattern", "at", "until"]);
  const { kind, until } = members;
  const verb = typeof members.verb === "string" ? parseVerb(members.verb) : undefined;
  if (kind !== "grant" && (kind !== "withdrawal" || until !== undefined)) throw malformed();
  return {
    kind,
    userId: sure(parseUserId(members.userId)),
    verb: sure(verb),
    pattern: sure(parseEntityPattern(members.pattern)),
    at: secondsIn(members.at),
    ...(until !== undefined && { until: secondsIn(until) }),
  };
}

function parseRevocation(revocation: PlainObject): Revocation {
  const kind = ownProperty(revocation, "kind");
  if (kind === "issuer") {
    const { issuer, issuedBefore } = only(revocation, ["kind", "issuer", "issuedBefore"]);
    return { kind, issuer: sure(parseIssuerId(issuer)), issuedBefore: secondsIn(issuedBefore) };
  }
  if (kind === "token") {
    const { userId, tokenId } = only(revocation, ["kind", "userId", "tokenId"]);
    return { kind, userId: sure(parseUserId(userId)), tokenId: sure(parseTokenId(tokenId)) };
  }
  const { userId, issuedBefore } = only(revocation, ["kind", "userId", "issuedBefore"]);
  if (kind !== "user") throw malformed();
  return { kind, userId: sure(parseUserId(userId)), issuedBefore: secondsIn(issuedBefore) };
}

function parsePart(part: PlainObject): EndingPart {
  const kind = ownProperty(part, "kind");
  switch (kind) {
    case "event":
    case "issuer":
      only(part, ["kind"]);
      return { kind };
    case "user": {
      const { page } = only(part, ["kind", "page"]);
      return { kind, ...(page !== undefined && { page: textIn(page) }) };
    }
    case "slots": {
      const { from, until, page } = only(part, ["kind", "from", "until", "page"]);
      const slot = { from: slotIn(from), until: secondsIn(until) };
      return { kind, ...slot, ...(page !== undefined && { page: textIn(page) }) };
    }
    case "named":
      return { kind, ids: idsIn(only(part, ["kind", "ids"]).ids) };
    default:
      throw malformed();
  }
}

/** The object's members. It has no others. */
function only<const Name extends string>(
  object: PlainObject,
  names: readonly Name[],
): { readonly [N in Name]?: unknown } {
  const allowed: readonly string[] = names;
  if (Object.keys(object).some((name) => !allowed.includes(name))) throw malformed();
  return Object.fromEntries(names.map((name) => [name, ownProperty(object, name)])) as {
    readonly [N in Name]?: unknown;
  };
}

function objectIn(value: unknown): PlainObject {
  if (!isPlainObject(value)) throw malformed();
  return value;
}

function countIn(value: unknown): number {
  if (!Number.isSafeInteger(value) || (value as number) < 0) throw malformed();
  return value as number;
}

function secondsIn(value: unknown): EpochSeconds {
  const seconds = parseEpochSeconds(value);
  if (seconds === undefined || !Number.isInteger(seconds)) throw malformed();
  return seconds;
}

function slotIn(value: unknown): EndSlot {
  const slot = endSlot(secondsIn(value));
  if (slot !== value) throw malformed();
  return slot;
}

function textIn(value: unknown): string {
  if (typeof value !== "string") throw malformed();
  return value;
}

function reasonIn(value: unknown): string {
  if (typeof value !== "string" || !isReason(value)) throw malformed();
  return value;
}

function idsIn(value: unknown): readonly ConnectionId[] {
  if (!Array.isArray(value) || value.length > MAX_ENDED_AT_ONCE) throw malformed();
  return value.map((id) => sure(parseConnectionId(id)));
}

function sure<T>(parsed: T | undefined): T {
  if (parsed === undefined) throw malformed();
  return parsed;
}

function malformed(): MalformedInputError {
  return new MalformedInputError("MALFORMED_TASK");
}
