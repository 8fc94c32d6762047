import * as z from "zod/mini";
import type { PlainObject } from "../../domain/own-property.ts";
import { correlationId, entityId } from "./texts.ts";

/** What clients send, each on the route that its `action` names. Members that are not listed are refused. */
export const subscribeFrame = z.strictObject({
  action: z.literal("subscribe"),
  entityId,
  id: z.optional(correlationId),
});

export const unsubscribeFrame = z.strictObject({
  action: z.literal("unsubscribe"),
  entityId,
  id: z.optional(correlationId),
});

export type SubscribeFrame = z.infer<typeof subscribeFrame>;
export type UnsubscribeFrame = z.infer<typeof unsubscribeFrame>;

export function parseSubscribeFrame(frame: PlainObject | undefined): SubscribeFrame | undefined {
  return z.safeParse(subscribeFrame, frame).data;
}

export function parseUnsubscribeFrame(frame: PlainObject | undefined): UnsubscribeFrame | undefined {
  return z.safeParse(unsubscribeFrame, frame).data;
}
