import { ERRORS, type ErrorCode } from "./error-codes.ts";
import type { PushFrame } from "./pushes.ts";

/** Acknowledges `subscribe`: every event of the entity that is published after this frame is delivered. */
export type SubscribedFrame = {
  readonly type: "subscribed";
  readonly entityId: string;
  /** The request's own. */
  readonly id?: string;
};

/** Acknowledges `unsubscribe`: no later event of the entity is delivered. */
export type UnsubscribedFrame = {
  readonly type: "unsubscribed";
  readonly entityId: string;
  /** The request's own. */
  readonly id?: string;
};

/** The codes of one entity of a request. */
export type EntityCode = Extract<ErrorCode, "BAD_REQUEST" | "FORBIDDEN" | "INTERNAL" | "LIMIT" | "STALE">;

/** The answer for one entity. Without a code it was done: a subscription is heard from now on. */
export type EntityResult = {
  /** As the request spelled it. */
  readonly entityId: string;
  readonly code?: EntityCode;
  /** With FORBIDDEN: an operator finds the decision in the log by it. */
  readonly decision?: string;
};

/** Answers a `subscribe` of several entities: one result for each, in their order. */
export type SubscribedManyFrame = {
  readonly type: "subscribed";
  readonly results: readonly EntityResult[];
  /** The request's own. */
  readonly id?: string;
};

/** Answers an `unsubscribe` of several entities. */
export type UnsubscribedManyFrame = {
  readonly type: "unsubscribed";
  readonly results: readonly EntityResult[];
  /** The request's own. */
  readonly id?: string;
};

/** A subscription that the service has ended. */
export type EndedSubscription = {
  readonly entityId: string;
  /** The permission has ended or was taken back. */
  readonly code: Extract<ErrorCode, "FORBIDDEN">;
  /** An operator finds the decision in the log by it. */
  readonly decision: string;
  /**
   * The greatest `seq` that the connection had sent when the subscription ended. A subscription that was asked for with a
   * greater one is another, and lives. Absent if the client sends none.
   */
  readonly seq?: number;
};

/** No request asked for this frame: it has no `id`. It comes after the end of the subscription, perhaps twice. */
export type EndedFrame = { readonly type: "unsubscribed" } & EndedSubscription;

/** The same for several subscriptions. */
export type EndedManyFrame = { readonly type: "unsubscribed"; readonly results: readonly EndedSubscription[] };

/** Bounds that a client keeps. */
export type ConnectionLimits = {
  /** The most subscriptions of one connection. */
  readonly entities: number;
  /** The most names in one frame. */
  readonly entitiesPerFrame: number;
  /** The longest frame of a client, in bytes of UTF-8. */
  readonly frameBytes: number;
  /** Seconds of silence after which a client sends a `ping`. The operator sets it. */
  readonly pingAfter: number;
};

/** Answers `resume`. Moments are whole seconds since 1970 by the service's clock; clients use only their differences. */
export type ResumedFrame = {
  readonly type: "resumed";
  /** The version of this protocol. */
  readonly protocol: 2;
  readonly connectionId: string;
  readonly userId: string;
  readonly now: number;
  /** The token's end: nothing is delivered or accepted from then on. `authenticate` moves it. */
  readonly expiresAt: number;
  /** The connection's end, whatever the token. */
  readonly closesAt: number;
  readonly limits: ConnectionLimits;
  /** One for each entity of the request, in their order. */
  readonly results: readonly EntityResult[];
  /** The request's own. */
  readonly id: string;
};

/** Acknowledges `authenticate`: the connection has the new token's end. */
export type AuthenticatedFrame = {
  readonly type: "authenticated";
  /** The time of the service, in whole seconds since 1970. Clients use only the difference to `expiresAt`. */
  readonly now: number;
  /** The token's end, in whole seconds since 1970: nothing is delivered or accepted from then on. */
  readonly expiresAt: number;
  /** The request's own. */
  readonly id: string;
};

/** Answers `ping`. It has no `id`: pongs need not be told apart. */
export type PongFrame = { readonly type: "pong" };

/** The whole text of a pong. API Gateway sends it by itself, so it is the same for every `ping`. */
export const PONG_TEXT = '{"type":"pong"}';

/** Why the service ends a connection. Codes are added, never renamed: an unknown one counts by `reconnect`. */
export const DISCONNECT_CODES = {
  /** The connection has been open for 1 h 58 min. API Gateway ends each after two hours. */
  CONNECTION_EXPIRED: "CONNECTION_EXPIRED",
  /** An administrator ended it. */
  DISCONNECTED: "DISCONNECTED",
  /** The token has ended and was not renewed. */
  TOKEN_EXPIRED: "TOKEN_EXPIRED",
  /** The token was revoked. */
  TOKEN_REVOKED: "TOKEN_REVOKED",
} as const;

export type DisconnectCode = keyof typeof DISCONNECT_CODES;

/** The last frame: the service closes the connection a second later at the earliest. */
export type DisconnectFrame = {
  readonly type: "disconnect";
  readonly code: DisconnectCode;
  /** Whether the client may connect again by itself. */
  readonly reconnect: boolean;
  /** In whole seconds. Connect again after a random time below it. */
  readonly retryWithin?: number;
  /** What an administrator stated, for people. */
  readonly reason?: string;
};

/** The ids through which a response refers to its message. */
export type MessageReference = {
  /** The gateway's id, also in the access log and the invocation log: a client can quote it to an operator. */
  readonly requestId: string;
  /** The client's own id, repeated from every JSON object that has a valid one. */
  readonly id?: string;
};

/** A message had no effect. The frame repeats nothing of the message but its `id`, and an entity that is refused. */
export type ErrorFrame = MessageReference & {
  readonly type: "error";
  readonly code: ErrorCode;
  /** What happened and what to do, for a person. Programs should use `code`. */
  readonly message: string;
  /** Whether the same wish may be sent again. */
  readonly retryable: boolean;
  /** The entity that the error concerns, if the message named one and it concerns that. */
  readonly entityId?: string;
  /** With FORBIDDEN: an operator finds the decision in the log by it. */
  readonly decision?: string;
  /** With BAD_REQUEST only: the member that is missing or malformed, by its name in the schema. */
  readonly member?: string;
};

/**
 * The frames that clients receive. Members are added after the existing ones and never renamed; clients ignore unknown
 * members.
 */
export type ServerFrame =
  | ResumedFrame
  | SubscribedFrame
  | SubscribedManyFrame
  | UnsubscribedFrame
  | UnsubscribedManyFrame
  | EndedFrame
  | EndedManyFrame
  | AuthenticatedFrame
  | PongFrame
  | ErrorFrame
  | DisconnectFrame
  | PushFrame;

export function subscribedFrame({ entityId, id }: Omit<SubscribedFrame, "type">): SubscribedFrame {
  return { type: "subscribed", entityId, ...(id !== undefined && { id }) };
}

export function unsubscribedFrame({ entityId, id }: Omit<UnsubscribedFrame, "type">): UnsubscribedFrame {
  return { type: "unsubscribed", entityId, ...(id !== undefined && { id }) };
}

export function subscribedManyFrame({ results, id }: Omit<SubscribedManyFrame, "type">): SubscribedManyFrame {
  return { type: "subscribed", results: results.map(entityResult), ...(id !== undefined && { id }) };
}

export function unsubscribedManyFrame({ results, id }: Omit<UnsubscribedManyFrame, "type">): UnsubscribedManyFrame {
  return { type: "unsubscribed", results: results.map(entityResult), ...(id !== undefined && { id }) };
}

function entityResult({ entityId, code, decision }: EntityResult): EntityResult {
  return { entityId, ...(code !== undefined && { code }), ...(decision !== undefined && { decision }) };
}

/** One frame about all of them. */
export function endedFrame(ended: readonly [EndedSubscription, ...EndedSubscription[]]): EndedFrame | EndedManyFrame {
  const [first, ...others] = ended;
  if (others.length === 0) return { type: "unsubscribed", ...endedSubscription(first) };
  return { type: "unsubscribed", results: ended.map(endedSubscription) };
}

function endedSubscription({ entityId, code, decision, seq }: EndedSubscription): EndedSubscription {
  return { entityId, code, decision, ...(seq !== undefined && { seq }) };
}

export function resumedFrame(members: Omit<ResumedFrame, "type" | "protocol">): ResumedFrame {
  const { connectionId, userId, now, expiresAt, closesAt, limits, results, id } = members;
  const moments = { now, expiresAt, closesAt };
  return {
    ...{ type: "resumed", protocol: 2, connectionId, userId, ...moments, limits },
    ...{ results: results.map(entityResult), id },
  };
}

export function authenticatedFrame({ now, expiresAt, id }: Omit<AuthenticatedFrame, "type">): AuthenticatedFrame {
  return { type: "authenticated", now, expiresAt, id };
}

export function disconnectFrame({
  code,
  reconnect,
  retryWithin,
  reason,
}: Omit<DisconnectFrame, "type">): DisconnectFrame {
  return {
    type: "disconnect",
    code,
    reconnect,
    ...(retryWithin !== undefined && { retryWithin }),
    ...(reason !== undefined && { reason }),
  };
}

/** `refused` is the entity that the error concerns, if it concerns one. */
export function errorFrame(
  code: ErrorCode,
  { requestId, id }: MessageReference,
  refused: Pick<ErrorFrame, "entityId" | "decision"> = {},
): ErrorFrame {
  return { type: "error", code, ...ERRORS[code], requestId, ...(id !== undefined && { id }), ...refused };
}

/** An error frame with BAD_REQUEST for one member. Never pass a name that the client invented. */
export function malformedMemberFrame(member: string, reference: MessageReference): ErrorFrame {
  const message = `The member ${member} is missing or malformed. Correct it.`;
  return { ...errorFrame("BAD_REQUEST", reference), message, member };
}
