import * as z from "zod/mini";
import type {
  DisconnectUserDetail,
  EntityUpdatedDetail,
  GrantAccessDetail,
  RevokeTokensDetail,
  SendUserPushDetail,
  WithdrawAccessDetail,
} from "../bus-events.ts";
import { isCallback, isReason, USER_ID } from "../identifiers.ts";
import { MAX_CALLBACK_BYTES, MAX_REASON_BYTES } from "../limits.ts";
import { data, messageOrData } from "./content.ts";
import { entityId, entityPattern } from "./entity-id.ts";
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

export const entityUpdatedDetailSchema = z.object({
  entityId,
  message: z.exactOptional(z.string()),
  data,
  replay,
});
true satisfies Same<typeof entityUpdatedDetailSchema, EntityUpdatedDetail>;

export const sendUserPushDetailSchema = z
  .object({ userId, message: z.exactOptional(z.string()), data, callback: z.exactOptional(callback), replay })
  .check(...messageOrData);
true satisfies Same<typeof sendUserPushDetailSchema, SendUserPushDetail>;

const reason = z
  .string()
  .check(
    z.minLength(1),
    z.maxLength(MAX_REASON_BYTES),
    z.describe("Stated reason, for the log and the last frame."),
    z.refine(isReason),
  );

/** Which members go together is a rule that JSON Schema would say in many lines: the parser of the event has it. */
export const revokeTokensDetailSchema = z.strictObject({
  userId: z.exactOptional(userId),
  jti: z.exactOptional(z.string().check(z.minLength(1), z.describe("The jti of one token."))),
  issuer: z.exactOptional(z.string().check(z.minLength(1), z.describe("The iss of tokens."))),
  issuedBefore: z.exactOptional(
    z.int().check(z.describe("Ends tokens with an iat at or before it, in seconds since 1970.")),
  ),
  reason: z.exactOptional(reason),
});
true satisfies Same<typeof revokeTokensDetailSchema, RevokeTokensDetail>;

export const disconnectUserDetailSchema = z.strictObject({
  userId,
  exceptConnectionId: z.exactOptional(z.string().check(z.minLength(1))),
  reconnect: z.exactOptional(z.boolean().check(z.describe("Whether the clients may connect again by themselves."))),
  reason: z.exactOptional(reason),
});
true satisfies Same<typeof disconnectUserDetailSchema, DisconnectUserDetail>;

const access = { userId, pattern: entityPattern, reason: z.exactOptional(reason) };

export const grantAccessDetailSchema = z.strictObject({
  ...access,
  expiresAt: z.exactOptional(z.int().check(z.describe("The end of the permission, in seconds since 1970."))),
});
true satisfies Same<typeof grantAccessDetailSchema, GrantAccessDetail>;

export const withdrawAccessDetailSchema = z.strictObject(access);
true satisfies Same<typeof withdrawAccessDetailSchema, WithdrawAccessDetail>;
