import * as z from "zod/mini";
import { MalformedInputError } from "../../domain/errors.ts";
import type { EntityUpdate, Publication, UserPush } from "../../domain/notification/notification.ts";
import { isPlainObject } from "../../domain/plain-object.ts";
import { callback, entityId, userId } from "./texts.ts";

const replay = z.exactOptional(z.boolean().check(z.describe("Deliver although the event is old.")));

/** What publishers put on the bus. Members that are not listed are passed over, so that publishers may say more. */
export const entityUpdatedDetail = z.object({ entityId, message: z.exactOptional(z.string()), replay });

export const sendUserPushDetail = z.object({
  userId,
  message: z.string(),
  callback: z.exactOptional(callback),
  replay,
});

/** Thousands of members are no notification. */
const MAX_MEMBERS = 32;

/** Throws MalformedInputError. */
export function parseEntityUpdate(detail: unknown, publication: Publication): EntityUpdate {
  const { replay: asked, ...members } = parseDetail(entityUpdatedDetail, detail);
  return { kind: "entity-update", ...publication, replay: publication.replay || asked === true, ...members };
}

/** Throws MalformedInputError. */
export function parseUserPush(detail: unknown, publication: Publication): UserPush {
  const { replay: asked, ...members } = parseDetail(sendUserPushDetail, detail);
  return { kind: "user-push", ...publication, replay: publication.replay || asked === true, ...members };
}

function parseDetail<T extends z.ZodMiniType>(schema: T, detail: unknown): z.infer<T> {
  const bounded = isPlainObject(detail) && Object.keys(detail).length <= MAX_MEMBERS;
  const parsed = z.safeParse(schema, bounded ? { ...detail } : undefined);
  // zod's own error quotes what it was given.
  if (!parsed.success) throw new MalformedInputError("MALFORMED_DETAIL");
  return parsed.data;
}
