import { entityUpdatedDetailSchema, sendUserPushDetailSchema } from "@portcullis/protocol/schemas";
import { parseUserId } from "../../domain/identity/identity.ts";
import type { EntityUpdate, EventMetadata, UserPush } from "../../domain/notification/notification.ts";
import { parseEntityId } from "../../domain/subscription/subscription.ts";
import { malformedDetail, validDetail } from "./valid-detail.ts";

/** Throws MalformedInputError. */
export function parseEntityUpdate(detail: unknown, metadata: EventMetadata): EntityUpdate {
  const { entityId: text, replay, ...members } = validDetail(entityUpdatedDetailSchema, detail);
  const entityId = parseEntityId(text);
  if (entityId === undefined) throw malformedDetail();
  return { kind: "entity-update", ...metadata, replay: metadata.replay || replay === true, entityId, ...members };
}

/** Throws MalformedInputError. */
export function parseUserPush(detail: unknown, metadata: EventMetadata): UserPush {
  const { userId: text, replay, ...members } = validDetail(sendUserPushDetailSchema, detail);
  const userId = parseUserId(text);
  if (userId === undefined) throw malformedDetail();
  return { kind: "user-push", ...metadata, replay: metadata.replay || replay === true, userId, ...members };
}
