import * as z from "zod/mini";

const text = z.string();
const eventId = z.string().check(z.describe("The event's id, the same in every repetition: duplicates show by it."));
const eventTime = z.string().check(z.describe("When the event was published (RFC 3339)."));

/** What clients receive. Members may be added to these, none is renamed: clients pass over what they do not know. */
export const subscribedFrame = z.looseObject({
  type: z.literal("subscribed"),
  entityId: text,
  id: z.optional(text),
});

export const unsubscribedFrame = z.looseObject({
  type: z.literal("unsubscribed"),
  entityId: text,
  id: z.optional(text),
});

export type SubscribedFrame = z.infer<typeof subscribedFrame>;
export type UnsubscribedFrame = z.infer<typeof unsubscribedFrame>;

const ERROR_CODES = ["BAD_REQUEST", "INTERNAL", "LIMIT", "NOT_CONNECTED", "UNKNOWN_ACTION"] as const;

export const errorFrame = z.looseObject({
  type: z.literal("error"),
  code: z.enum(ERROR_CODES),
  message: text,
  requestId: text.check(z.describe("What a log line of the service can be found by.")),
  id: z.optional(text),
});

export const entityUpdatedFrame = z.looseObject({
  type: z.literal("Entity Updated"),
  entityId: text,
  message: z.optional(text),
  id: eventId,
  time: eventTime,
});

export const userPushFrame = z.looseObject({
  type: z.literal("User Push Notification"),
  message: text,
  callback: z.optional(text),
  id: eventId,
  time: eventTime,
});
