import * as z from "zod/mini";
import type { EntityUpdatedDetail, SendUserPushDetail } from "../bus-events.ts";
import { isCallback, USER_ID } from "../identifiers.ts";
import { MAX_CALLBACK_BYTES } from "../limits.ts";
import { entityId } from "./entity-id.ts";
import type { Same } from "./schema.ts";

const userId = z.string().check(z.regex(USER_ID), z.describe("The user id that tokens carry."));

const callback = z
  .string()
  .check(
    z.maxLength(MAX_CALLBACK_BYTES),
    z.regex(/^https:/),
    z.describe("An https address that clients may open."),
    z.refine(isCallback),
  );

const replay = z.exactOptional(z.boolean().check(z.describe("Deliver although the event is old.")));

export const entityUpdatedDetailSchema = z.object({ entityId, message: z.exactOptional(z.string()), replay });
true satisfies Same<typeof entityUpdatedDetailSchema, EntityUpdatedDetail>;

export const sendUserPushDetailSchema = z.object({
  userId,
  message: z.string(),
  callback: z.exactOptional(callback),
  replay,
});
true satisfies Same<typeof sendUserPushDetailSchema, SendUserPushDetail>;
