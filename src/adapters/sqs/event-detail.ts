import { entityUpdatedDetailSchema, sendUserPushDetailSchema } from "@portcullis/protocol/schemas";
import { parseUserId } from "../../domain/identity/identity.ts";
import type { EntityUpdate, EventMetadata, UserPush } from "../../domain/notification/notification.ts";
import type { RawJson } from "../../domain/raw-json.ts";
import { parseEntityId } from "../../domain/subscription/subscription.ts";
import { malformedDetail, validDetail } from "./valid-detail.ts";

/** `rawData` is the text of the detail's `data`, which takes the place of the parsed value. Throws MalformedInputError. */
export function parseEntityUpdate(detail: unknown, metadata: EventMetadata, rawData?: RawJson): EntityUpdate {
  const { entityId: text, replay, data: _, ...members } = validDetail(entityUpdatedDetailSchema, detail);
  const entityId = parseEntityId(text);
  if (entityId === undefined) throw malformedDetail();
  const about = { ...metadata, replay: metadata.replay || replay === true, entityId };
  return { kind: "entity-update", ...about, ...members, ...(rawData !== undefined && { data: rawData }) };
}

/** `rawData` is the text of the detail's `data`, which takes the place of the parsed value. Throws MalformedInputError. */
export function parseUserPush(detail: unknown, metadata: EventMetadata, rawData?: RawJson): UserPush {
  const { userId: text, replay, data: _, ...members } = validDetail(sendUserPushDetailSchema, detail);
  const userId = parseUserId(text);
  if (userId === undefined) throw malformedDetail();
  const about = { ...metadata, replay: metadata.replay || replay === true, userId };
  return { kind: "user-push", ...about, ...members, ...(rawData !== undefined && { data: rawData }) };
}
