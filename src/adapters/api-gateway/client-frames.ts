import {
  authenticateFrameSchema,
  type ObjectSchema,
  subscribeFrameSchema,
  unsubscribeFrameSchema,
  validate,
} from "@portcullis/protocol/schemas";
import { MalformedInputError } from "../../domain/errors.ts";
import type { PlainObject } from "../../domain/plain-object.ts";
import { type EntityId, parseEntityId } from "../../domain/subscription/subscription.ts";
import type { UnverifiedToken } from "../../domain/token/credentials.ts";

/** The entity of a subscribe or unsubscribe frame, and the frame's own id. */
export type EntityRequest = { readonly entityId: EntityId; readonly id?: string };

/** The token of an authenticate frame, and the frame's own id. */
export type AuthenticateRequest = { readonly token: UnverifiedToken; readonly id: string };

/** Throws MalformedInputError. */
export function parseSubscribeFrame(frame: PlainObject): EntityRequest {
  return parseEntityFrame(subscribeFrameSchema, frame);
}

/** Throws MalformedInputError. */
export function parseUnsubscribeFrame(frame: PlainObject): EntityRequest {
  return parseEntityFrame(unsubscribeFrameSchema, frame);
}

/** Throws MalformedInputError. */
export function parseAuthenticateFrame(frame: PlainObject): AuthenticateRequest {
  const { token, id } = parseFrame(authenticateFrameSchema, frame);
  return { token: token as UnverifiedToken, id };
}

function parseEntityFrame(
  schema: typeof subscribeFrameSchema | typeof unsubscribeFrameSchema,
  frame: PlainObject,
): EntityRequest {
  const { entityId: text, id } = parseFrame(schema, frame);
  const entityId = parseEntityId(text);
  if (entityId === undefined) throw malformed("entityId");
  return { entityId, ...(id !== undefined && { id }) };
}

function parseFrame<S extends ObjectSchema>(schema: S, frame: PlainObject) {
  const validation = validate(schema, frame);
  if (validation.kind === "malformed") throw malformed(validation.member);
  return validation.value;
}

function malformed(member: string | undefined): MalformedInputError {
  return new MalformedInputError("MALFORMED_FRAME", { ...(member !== undefined && { member }) });
}
