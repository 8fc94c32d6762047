/** The members of requests that a connection orders and answers. */
type Ordered = {
  /** An id that the client chooses and the response repeats. Responses may come in another order than the requests. */
  readonly id?: string;
  /**
   * A whole number from 1 to 2^53-1, greater than every `seq` that the client sent before on this connection. A request
   * that comes late, after one with a greater `seq`, is refused with `STALE`.
   */
  readonly seq?: number;
};

/** One entity: the response is `subscribed` or `unsubscribed` with it, or an error frame. */
type OfOneEntity = { readonly entityId: string };

/** At most `MAX_ENTITIES_PER_FRAME` entities: the response has one result for each, in their order. */
type OfEntities = { readonly entityIds: readonly string[] };

/** Asks for the pushes of an entity. Acknowledged by `subscribed`; may be repeated. */
export type SubscribeFrame = { readonly action: "subscribe" } & OfOneEntity & Ordered;

/** Asks for the pushes of several entities, each granted or refused on its own. */
export type SubscribeManyFrame = { readonly action: "subscribe" } & OfEntities & Ordered;

/** Ends the pushes of an entity. Acknowledged by `unsubscribed`, even if there is no subscription. */
export type UnsubscribeFrame = { readonly action: "unsubscribe" } & OfOneEntity & Ordered;

/** Ends the pushes of several entities. */
export type UnsubscribeManyFrame = { readonly action: "unsubscribe" } & OfEntities & Ordered;

/**
 * The first message of a client: subscribes to all that it wants, and asks for the facts about its connection. Without
 * entities it writes nothing. Sent again, it is a `subscribe` that tells the facts anew. Members that are not listed are
 * passed over.
 */
export type ResumeFrame = { readonly action: "resume" } & OfEntities &
  Omit<Ordered, "id"> & {
    readonly id: string;
    /** Name and version of the client's software, for the log: at most 64 printable characters of ASCII. */
    readonly client?: string;
  };

/** Presents a newer token of the same user. Acknowledged by `authenticated`, which tells the new end. */
export type AuthenticateFrame = {
  readonly action: "authenticate";
  readonly token: string;
  /** An id that the client chooses and the response repeats. */
  readonly id: string;
  /** As in the other requests. */
  readonly seq?: number;
};

/**
 * Asks if the connection is alive, and keeps it from being idle. Answered by `pong`. No code of the service sees it: members
 * that are not listed are passed over, and an `id` is not repeated.
 */
export type PingFrame = { readonly action: "ping" };

/**
 * The frames that clients send: one JSON object in a text frame. `action` names the route; members that are not listed
 * are refused, except in `resume` and `ping`.
 */
export type ClientFrame =
  | ResumeFrame
  | SubscribeFrame
  | SubscribeManyFrame
  | UnsubscribeFrame
  | UnsubscribeManyFrame
  | AuthenticateFrame
  | PingFrame;

export function resumeFrame(members: Omit<ResumeFrame, "action">): ResumeFrame {
  return { action: "resume", ...members };
}

export function subscribeFrame(members: Omit<SubscribeFrame, "action">): SubscribeFrame {
  return { action: "subscribe", ...members };
}

export function subscribeManyFrame(members: Omit<SubscribeManyFrame, "action">): SubscribeManyFrame {
  return { action: "subscribe", ...members };
}

export function unsubscribeFrame(members: Omit<UnsubscribeFrame, "action">): UnsubscribeFrame {
  return { action: "unsubscribe", ...members };
}

export function unsubscribeManyFrame(members: Omit<UnsubscribeManyFrame, "action">): UnsubscribeManyFrame {
  return { action: "unsubscribe", ...members };
}

export function authenticateFrame(members: Omit<AuthenticateFrame, "action">): AuthenticateFrame {
  return { action: "authenticate", ...members };
}

export function pingFrame(): PingFrame {
  return { action: "ping" };
}
