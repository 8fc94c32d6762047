import { ERROR_EXPLANATIONS, type ErrorCode } from "./error-codes.ts";
import type { PushFrame } from "./pushes.ts";

/** Acknowledges `subscribe`: every event of the entity that is published from now on is delivered. */
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

/** The ids by which a response names its message. */
export type MessageReference = {
  /** The gateway's, in the access log and the invocation log: a client can quote it to an operator. */
  readonly requestId: string;
  /** The client's own, of every JSON object with a valid one. */
  readonly id?: string;
};

/** A message was not acted upon. The frame repeats nothing of the message but its `id`. */
export type ErrorFrame = MessageReference & {
  readonly type: "error";
  readonly code: ErrorCode;
  /** For a person who reads it; programs go by `code`. */
  readonly message: string;
  /** With BAD_REQUEST: the member that is missing or malformed, by its name in the schema. */
  readonly member?: string;
};

/** What clients receive. Members are added behind those that exist, none is renamed: clients pass over unknown ones. */
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

/** BAD_REQUEST for one member. Never pass a name that the client invented. */
export function malformedMemberFrame(member: string, reference: MessageReference): ErrorFrame {
  const message = `The member ${member} is missing or malformed.`;
  return { type: "error", code: "BAD_REQUEST", message, member, ...reference };
}
