import * as z from "zod/mini";
import { ERROR_EXPLANATIONS, type ErrorCode } from "../error-codes.ts";
import type { EntityUpdatedFrame, UserPushFrame } from "../pushes.ts";
import {
  type AuthenticatedFrame,
  DISCONNECT_CODES,
  type DisconnectCode,
  type DisconnectFrame,
  type ErrorFrame,
  type PongFrame,
  type ServerFrame,
  type SubscribedFrame,
  type UnsubscribedFrame,
} from "../server-frames.ts";
import { data, messageOrData } from "./content.ts";
import type { Same } from "./schema.ts";

const text = z.string();
const seconds = z.int();
const eventId = z.string().check(z.describe("The event's id, the same in every repetition of a push."));
const eventTime = z.string().check(z.describe("When the event was published (RFC 3339)."));

/** Loose: later versions add members, which current clients ignore. */
export const serverFrameSchemas = {
  subscribed: z.looseObject({ type: z.literal("subscribed"), entityId: text, id: z.exactOptional(text) }),

  unsubscribed: z.looseObject({ type: z.literal("unsubscribed"), entityId: text, id: z.exactOptional(text) }),

  authenticated: z.looseObject({
    type: z.literal("authenticated"),
    now: seconds.check(z.describe("The time of the service, in seconds since 1970.")),
    expiresAt: seconds.check(z.describe("The token's end, in seconds since 1970.")),
    id: text,
  }),

  pong: z.looseObject({ type: z.literal("pong") }),

  disconnect: z.looseObject({
    type: z.literal("disconnect"),
    code: z.enum(Object.keys(DISCONNECT_CODES) as readonly DisconnectCode[]),
    reconnect: z.boolean().check(z.describe("Whether the client may connect again by itself.")),
    retryWithin: z.exactOptional(seconds.check(z.describe("Connect again after a random time below it, in seconds."))),
    reason: z.exactOptional(text.check(z.describe("What an administrator stated."))),
  }),

  error: z.looseObject({
    type: z.literal("error"),
    code: z.enum(Object.keys(ERROR_EXPLANATIONS) as readonly ErrorCode[]),
    message: text,
    requestId: text.check(z.describe("The request's id in the log entries of the service.")),
    id: z.exactOptional(text.check(z.describe("The message's own id, if it is a JSON object with a valid id."))),
    member: z.exactOptional(text.check(z.describe("With BAD_REQUEST: the member that is missing or malformed."))),
  }),

  entityUpdated: z.looseObject({
    type: z.literal("Entity Updated"),
    entityId: text,
    message: z.exactOptional(text),
    data,
    id: eventId,
    time: eventTime,
  }),

  userPush: z
    .looseObject({
      type: z.literal("User Push Notification"),
      message: z.exactOptional(text),
      data,
      callback: z.exactOptional(text),
      id: eventId,
      time: eventTime,
    })
    .check(...messageOrData),
} as const;

type Schemas = typeof serverFrameSchemas;
true satisfies Same<Schemas["subscribed"], SubscribedFrame>;
true satisfies Same<Schemas["unsubscribed"], UnsubscribedFrame>;
true satisfies Same<Schemas["authenticated"], AuthenticatedFrame>;
true satisfies Same<Schemas["pong"], PongFrame>;
true satisfies Same<Schemas["disconnect"], DisconnectFrame>;
true satisfies Same<Schemas["error"], ErrorFrame>;
true satisfies Same<Schemas["entityUpdated"], EntityUpdatedFrame>;
true satisfies Same<Schemas["userPush"], UserPushFrame>;

/** A frame without a schema does not compile. */
true satisfies ServerFrame["type"] extends z.infer<Schemas[keyof Schemas]>["type"] ? true : false;
