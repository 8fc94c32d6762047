import { subscribeFrameSchema, unsubscribeFrameSchema, validate } from "@portcullis/protocol/schemas";
import { MalformedInputError } from "../../domain/errors.ts";
import type { PlainObject } from "../../domain/plain-object.ts";
import { type EntityId, parseEntityId } from "../../domain/subscription/subscription.ts";

/** The entity of a subscribe or unsubscribe frame, and the frame's own id. */
export type EntityRequest = { readonly entityId: EntityId; readonly id?: string };

/** Throws MalformedInputError. */
export function parseSubscribeFrame(frame: PlainObject): EntityRequest {
  return parseFrame(subscribeFrameSchema, frame);
}

/** Throws MalformedInputError. */
export function parseUnsubscribeFrame(frame: PlainObject): EntityRequest {
  return parseFrame(unsubscribeFrameSchema, frame);
}

function parseFrame(
  schema: typeof subscribeFrameSchema | typeof unsubscribeFrameSchema,
  frame: PlainObject,
): EntityRequest {
  const validation = validate(schema, frame);
  if (validation.kind === "malformed") throw malformed(validation.member);
  const { entityId: text, id } = validation.value;
  const entityId = parseEntityId(text);
  if (entityId === undefined) throw malformed("entityId");
  return { entityId, ...(id !== undefined && { id }) };
}

function malformed(member: string | undefined): MalformedInputError {
  return new MalformedInputError("MALFORMED_FRAME", { ...(member !== undefined && { member }) });
}
