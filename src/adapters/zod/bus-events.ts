import * as z from "zod/mini";
import { entityId, userId } from "./texts.ts";

/** What publishers put on the bus. Members that are not listed are passed over, so that publishers may say more. */
const replay = z.optional(z.boolean().check(z.describe("Deliver although the event is old.")));

export const entityUpdatedDetail = z.object({ entityId, message: z.optional(z.string()), replay });

export const sendUserPushDetail = z.object({
  userId,
  message: z.string(),
  callback: z.optional(z.string().check(z.maxLength(2048), z.regex(/^https:\/\/[^\s"<>\\^`{|}]+$/))),
  replay,
});
