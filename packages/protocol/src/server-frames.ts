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
export type ServerFrame = SubscribedFrame | UnsubscribedFrame | ErrorFrame | PushFrame;

export function subscribedFrame({ entityId, id }: Omit<SubscribedFrame, "type">): SubscribedFrame {
  return { type: "subscribed", entityId, ...(id !== undefined && { id }) };
}

export function unsubscribedFrame({ entityId, id }: Omit<UnsubscribedFrame, "type">): UnsubscribedFrame {
  return { type: "unsubscribed", entityId, ...(id !== undefined && { id }) };
}

export function errorFrame(code: ErrorCode, reference: MessageReference): ErrorFrame {
  return { type: "error", code, message: ERROR_EXPLANATIONS[code], ...reference };
}

/** An error frame with BAD_REQUEST for one member. Never pass a name that the client invented. */
export function malformedMemberFrame(member: string, reference: MessageReference): ErrorFrame {
  const message = `The member ${member} is missing or malformed.`;
  return { type: "error", code: "BAD_REQUEST", message, member, ...reference };
}
