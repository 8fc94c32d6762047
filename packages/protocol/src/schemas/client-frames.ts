import * as z from "zod/mini";
import type {
  AuthenticateFrame,
  PingFrame,
  ResumeFrame,
  SubscribeFrame,
  SubscribeManyFrame,
  UnsubscribeFrame,
  UnsubscribeManyFrame,
} from "../client-frames.ts";
import { CLIENT_NAME, isCorrelationId } from "../identifiers.ts";
import { MAX_CORRELATION_ID_BYTES, MAX_ENTITIES_PER_FRAME, MAX_TOKEN_BYTES } from "../limits.ts";
import { entityId } from "./entity-id.ts";
import type { Same } from "./schema.ts";

const correlationId = z
  .string()
  .check(
    z.minLength(1),
    z.maxLength(MAX_CORRELATION_ID_BYTES),
    z.describe("Chosen by the client and echoed."),
    z.refine(isCorrelationId),
  );

const seq = z.exactOptional(
  z.int().check(z.gte(1), z.describe("Greater than every seq before it on this connection.")),
);

/** Each name is judged on its own, so that a malformed one decides for no other. */
const entityIds = z
  .readonly(z.array(z.string()).check(z.maxLength(MAX_ENTITIES_PER_FRAME)))
  .check(z.describe("At most 250 names, each of at most 256 bytes of UTF-8 without control characters."));

const ordered = { id: z.exactOptional(correlationId), seq };

// Strict: members that are not listed are refused, except in `resume` and `ping`.

export const subscribeFrameSchema = z.strictObject({ action: z.literal("subscribe"), entityId, ...ordered });
true satisfies Same<typeof subscribeFrameSchema, SubscribeFrame>;

export const subscribeManyFrameSchema = z.strictObject({ action: z.literal("subscribe"), entityIds, ...ordered });
true satisfies Same<typeof subscribeManyFrameSchema, SubscribeManyFrame>;

export const unsubscribeFrameSchema = z.strictObject({ action: z.literal("unsubscribe"), entityId, ...ordered });
true satisfies Same<typeof unsubscribeFrameSchema, UnsubscribeFrame>;

export const unsubscribeManyFrameSchema = z.strictObject({ action: z.literal("unsubscribe"), entityIds, ...ordered });
true satisfies Same<typeof unsubscribeManyFrameSchema, UnsubscribeManyFrame>;

export const authenticateFrameSchema = z.strictObject({
  action: z.literal("authenticate"),
  token: z
    .string()
    .check(z.minLength(1), z.maxLength(MAX_TOKEN_BYTES), z.describe("A JSON Web Token, as in the handshake.")),
  id: correlationId,
  seq,
});
true satisfies Same<typeof authenticateFrameSchema, AuthenticateFrame>;

/** Loose: later clients introduce themselves with more members. */
export const resumeFrameSchema = z.looseObject({
  action: z.literal("resume"),
  entityIds,
  id: correlationId,
  seq,
  client: z.exactOptional(
    z.string().check(z.regex(CLIENT_NAME), z.describe("The client's software and its version, for the log.")),
  ),
});
true satisfies Same<typeof resumeFrameSchema, ResumeFrame>;
/** Loose: API Gateway answers every message with this action. */
export const pingFrameSchema = z.looseObject({ action: z.literal("ping") });
true satisfies Same<typeof pingFrameSchema, PingFrame>;
