import * as z from "zod/mini";
import { ERRORS, type ErrorCode } from "../error-codes.ts";
import type { EntityUpdatedFrame, UserPushFrame } from "../pushes.ts";
import {
  type AuthenticatedFrame,
  DISCONNECT_CODES,
  type DisconnectCode,
  type DisconnectFrame,
  type EndedFrame,
  type EndedManyFrame,
  type EntityCode,
  type ErrorFrame,
  type PongFrame,
  type ResumedFrame,
  type ServerFrame,
  type SubscribedFrame,
  type SubscribedManyFrame,
  type UnsubscribedFrame,
  type UnsubscribedManyFrame,
} from "../server-frames.ts";
import { data, messageOrData } from "./content.ts";
import type { Same } from "./schema.ts";

const text = z.string();
const seconds = z.int();
const eventId = z.string().check(z.describe("The event's id, the same in every repetition of a push."));
const eventTime = z.string().check(z.describe("When the event was published (RFC 3339)."));

const decision = text.check(z.describe("An operator finds the decision in the log by it."));

const ENTITY_CODES = ["BAD_REQUEST", "FORBIDDEN", "INTERNAL", "LIMIT", "STALE"] as const satisfies EntityCode[];

const results = z
  .readonly(
    z.array(
      z.looseObject({
        entityId: text,
        code: z.exactOptional(z.enum(ENTITY_CODES)),
        decision: z.exactOptional(decision),
      }),
    ),
  )
  .check(z.describe("One for each entity of the request, in their order. Without a code it was done."));

const ended = {
  entityId: text,
  code: z.literal("FORBIDDEN"),
  decision,
  seq: z.exactOptional(z.int().check(z.describe("Ends a subscription that was asked for with at most this seq."))),
};

/** Loose: later versions add members, which current clients ignore. */
export const serverFrameSchemas = {
  resumed: z.looseObject({
    type: z.literal("resumed"),
    protocol: z.literal(2),
    connectionId: text,
    userId: text,
    now: seconds.check(z.describe("The time of the service, in seconds since 1970.")),
    expiresAt: seconds.check(z.describe("The token's end, in seconds since 1970.")),
    closesAt: seconds.check(z.describe("The connection's end whatever the token, in seconds since 1970.")),
    limits: z.looseObject({
      entities: z.int().check(z.describe("The most subscriptions of one connection.")),
      entitiesPerFrame: z.int(),
      frameBytes: z.int(),
      pingAfter: z.int().check(z.describe("Seconds of silence after which a client sends a ping.")),
    }),
    results,
    id: text,
  }),

  subscribed: z.looseObject({ type: z.literal("subscribed"), entityId: text, id: z.exactOptional(text) }),

  subscribedMany: z.looseObject({ type: z.literal("subscribed"), results, id: z.exactOptional(text) }),

  unsubscribed: z.looseObject({ type: z.literal("unsubscribed"), entityId: text, id: z.exactOptional(text) }),

  unsubscribedMany: z.looseObject({ type: z.literal("unsubscribed"), results, id: z.exactOptional(text) }),

  ended: z.looseObject({ type: z.literal("unsubscribed"), ...ended }),

  endedMany: z.looseObject({
    type: z.literal("unsubscribed"),
    results: z.readonly(z.array(z.looseObject(ended))).check(z.describe("Subscriptions that the service has ended.")),
  }),

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
    code: z.enum(Object.keys(ERRORS) as readonly ErrorCode[]),
    message: text,
    retryable: z.boolean().check(z.describe("Whether the same wish may be sent again.")),
    entityId: z.exactOptional(text.check(z.describe("The entity that the error concerns, if it concerns one."))),
    decision: z.exactOptional(decision),
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
true satisfies Same<Schemas["resumed"], ResumedFrame>;
true satisfies Same<Schemas["subscribed"], SubscribedFrame>;
true satisfies Same<Schemas["subscribedMany"], SubscribedManyFrame>;
true satisfies Same<Schemas["unsubscribed"], UnsubscribedFrame>;
true satisfies Same<Schemas["unsubscribedMany"], UnsubscribedManyFrame>;
true satisfies Same<Schemas["ended"], EndedFrame>;
true satisfies Same<Schemas["endedMany"], EndedManyFrame>;
true satisfies Same<Schemas["authenticated"], AuthenticatedFrame>;
true satisfies Same<Schemas["pong"], PongFrame>;
true satisfies Same<Schemas["disconnect"], DisconnectFrame>;
true satisfies Same<Schemas["error"], ErrorFrame>;
true satisfies Same<Schemas["entityUpdated"], EntityUpdatedFrame>;
true satisfies Same<Schemas["userPush"], UserPushFrame>;

/** A frame without a schema does not compile. */
true satisfies ServerFrame["type"] extends z.infer<Schemas[keyof Schemas]>["type"] ? true : false;
