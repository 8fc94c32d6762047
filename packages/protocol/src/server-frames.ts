import { ERROR_EXPLANATIONS, type ErrorCode } from "./error-codes.ts";
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

/** A message had no effect. The frame repeats nothing of the message but its `id`. */
export type ErrorFrame = MessageReference & {
  readonly type: "error";
  readonly code: ErrorCode;
  /** An explanation for a person. Programs should use `code`. */
  readonly message: string;
  /** With BAD_REQUEST only: the member that is missing or malformed, by its name in the schema. */
  readonly member?: string;
};

/**
 * The frames that clients receive. Members are added after the existing ones and never renamed; clients ignore unknown
 * members.
 */
export type ServerFrame =
  | SubscribedFrame
  | UnsubscribedFrame
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

export function errorFrame(code: ErrorCode, reference: MessageReference): ErrorFrame {
  return { type: "error", code, message: ERROR_EXPLANATIONS[code], ...reference };
}

/** An error frame with BAD_REQUEST for one member. Never pass a name that the client invented. */
export function malformedMemberFrame(member: string, reference: MessageReference): ErrorFrame {
  const message = `The member ${member} is missing or malformed.`;
  return { type: "error", code: "BAD_REQUEST", message, member, ...reference };
}
