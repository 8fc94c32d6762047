import * as z from "zod/mini";
import { MalformedInputError } from "../../domain/errors.ts";
import type { PlainObject } from "../../domain/plain-object.ts";
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

/** Throws MalformedInputError. */
export function parseSubscribeFrame(frame: PlainObject): SubscribeFrame {
  return parseFrame(subscribeFrame, frame);
}

/** Throws MalformedInputError. */
export function parseUnsubscribeFrame(frame: PlainObject): UnsubscribeFrame {
  return parseFrame(unsubscribeFrame, frame);
}

function parseFrame<T extends z.ZodMiniObject>(schema: T, frame: PlainObject): z.infer<T> {
  const { data, error } = z.safeParse(schema, frame);
  if (error === undefined) return data;
  // zod's own error quotes its input, and names members that the client invented.
  const atFault = new Set(error.issues.map(({ path }) => path[0]));
  const member = Object.keys(schema.shape).find((name) => atFault.has(name));
  throw new MalformedInputError("MALFORMED_FRAME", { ...(member !== undefined && { member }) });
}
