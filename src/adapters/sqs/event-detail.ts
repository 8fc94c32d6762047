import { MAX_DETAIL_MEMBERS } from "@portcullis/protocol";
import { entityUpdatedDetailSchema, sendUserPushDetailSchema, validate } from "@portcullis/protocol/schemas";
import { MalformedInputError } from "../../domain/errors.ts";
import { parseUserId } from "../../domain/identity/identity.ts";
import type { EntityUpdate, EventMetadata, UserPush } from "../../domain/notification/notification.ts";
import { isPlainObject } from "../../domain/plain-object.ts";
import { parseEntityId } from "../../domain/subscription/subscription.ts";

/** Throws MalformedInputError. */
export function parseEntityUpdate(detail: unknown, metadata: EventMetadata): EntityUpdate {
  const validation = validate(entityUpdatedDetailSchema, bounded(detail));
  if (validation.kind === "malformed") throw malformed();
  const { entityId: text, replay, ...members } = validation.value;
  const entityId = parseEntityId(text);
  if (entityId === undefined) throw malformed();
  return { kind: "entity-update", ...metadata, replay: metadata.replay || replay === true, entityId, ...members };
}

/** Throws MalformedInputError. */
export function parseUserPush(detail: unknown, metadata: EventMetadata): UserPush {
  const validation = validate(sendUserPushDetailSchema, bounded(detail));
  if (validation.kind === "malformed") throw malformed();
  const { userId: text, replay, ...members } = validation.value;
  const userId = parseUserId(text);
  if (userId === undefined) throw malformed();
  return { kind: "user-push", ...metadata, replay: metadata.replay || replay === true, userId, ...members };
}

/** The detail's own members, unless they are too many: no schema accepts `undefined`. */
function bounded(detail: unknown): unknown {
  return isPlainObject(detail) && Object.keys(detail).length <= MAX_DETAIL_MEMBERS ? { ...detail } : undefined;
}

function malformed(): MalformedInputError {
  return new MalformedInputError("MALFORMED_DETAIL");
}
