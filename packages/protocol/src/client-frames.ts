/** Asks for the pushes of an entity. Acknowledged by `subscribed`; may be repeated. */
export type SubscribeFrame = {
  readonly action: "subscribe";
  readonly entityId: string;
  /** An id that the client chooses and the response repeats. Responses may come in another order than the requests. */
  readonly id?: string;
};

/** Ends the pushes of an entity. Acknowledged by `unsubscribed`, even if there is no subscription. */
export type UnsubscribeFrame = {
  readonly action: "unsubscribe";
  readonly entityId: string;
  /** An id that the client chooses and the response repeats. */
  readonly id?: string;
};

/** Presents a newer token of the same user. Acknowledged by `authenticated`, which tells the new end. */
export type AuthenticateFrame = {
  readonly action: "authenticate";
  readonly token: string;
  /** An id that the client chooses and the response repeats. */
  readonly id: string;
};

/**
 * Asks if the connection is alive, and keeps it from being idle. Answered by `pong`. No code of the service sees it: members
 * that are not listed are passed over, and an `id` is not repeated.
 */
export type PingFrame = { readonly action: "ping" };

/**
 * The frames that clients send: one JSON object in a text frame. `action` names the route; members that are not listed
 * are refused, except in `ping`.
 */
export type ClientFrame = SubscribeFrame | UnsubscribeFrame | AuthenticateFrame | PingFrame;

export function subscribeFrame(members: Omit<SubscribeFrame, "action">): SubscribeFrame {
  return { action: "subscribe", ...members };
}

export function unsubscribeFrame(members: Omit<UnsubscribeFrame, "action">): UnsubscribeFrame {
  return { action: "unsubscribe", ...members };
}

export function authenticateFrame(members: Omit<AuthenticateFrame, "action">): AuthenticateFrame {
  return { action: "authenticate", ...members };
}

export function pingFrame(): PingFrame {
  return { action: "ping" };
}
