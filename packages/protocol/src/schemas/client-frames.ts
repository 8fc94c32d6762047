import * as z from "zod/mini";
import type { AuthenticateFrame, PingFrame, SubscribeFrame, UnsubscribeFrame } from "../client-frames.ts";
import { isCorrelationId } from "../identifiers.ts";
import { MAX_CORRELATION_ID_BYTES, MAX_TOKEN_BYTES } from "../limits.ts";
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

// Strict: members that are not listed are refused, except in `ping`.

export const subscribeFrameSchema = z.strictObject({
  action: z.literal("subscribe"),
  entityId,
  id: z.exactOptional(correlationId),
});
true satisfies Same<typeof subscribeFrameSchema, SubscribeFrame>;

export const unsubscribeFrameSchema = z.strictObject({
  action: z.literal("unsubscribe"),
  entityId,
  id: z.exactOptional(correlationId),
});
true satisfies Same<typeof unsubscribeFrameSchema, UnsubscribeFrame>;

export const authenticateFrameSchema = z.strictObject({
  action: z.literal("authenticate"),
  token: z
    .string()
    .check(z.minLength(1), z.maxLength(MAX_TOKEN_BYTES), z.describe("A JSON Web Token, as in the handshake.")),
  id: correlationId,
});
true satisfies Same<typeof authenticateFrameSchema, AuthenticateFrame>;

/** Loose: API Gateway answers every message with this action. */
export const pingFrameSchema = z.looseObject({ action: z.literal("ping") });
true satisfies Same<typeof pingFrameSchema, PingFrame>;
