import * as z from "zod/mini";

const text = z.string();
const eventId = z.string().check(z.describe("The event's id, the same in every repetition of a push."));
const eventTime = z.string().check(z.describe("When the event was published (RFC 3339)."));

/** What clients receive. Members may be added to these, none is renamed: clients pass over what they do not know. */
export const serverFrames = {
  subscribed: z.looseObject({ type: z.literal("subscribed"), entityId: text, id: z.optional(text) }),

  unsubscribed: z.looseObject({ type: z.literal("unsubscribed"), entityId: text, id: z.optional(text) }),

  error: z.looseObject({
    type: z.literal("error"),
    code: z.enum(["BAD_REQUEST", "INTERNAL", "LIMIT", "NOT_CONNECTED", "UNKNOWN_ACTION"]),
    message: text,
    requestId: text.check(z.describe("The request's id in the log lines of the service.")),
    id: z.optional(text.check(z.describe("The message's own id, if it is a JSON object with a valid id."))),
    member: z.optional(text.check(z.describe("With BAD_REQUEST: the member that is missing or malformed."))),
  }),

  entityUpdated: z.looseObject({
    type: z.literal("Entity Updated"),
    entityId: text,
    message: z.optional(text),
    id: eventId,
    time: eventTime,
  }),

  userPush: z.looseObject({
    type: z.literal("User Push Notification"),
    message: text,
    callback: z.optional(text),
    id: eventId,
    time: eventTime,
  }),
} as const;

export type SubscribedFrame = z.infer<typeof serverFrames.subscribed>;
export type UnsubscribedFrame = z.infer<typeof serverFrames.unsubscribed>;
