/** Asks for the pushes of an entity. Acknowledged by `subscribed`; may be repeated. */
export type SubscribeFrame = {
  readonly action: "subscribe";
  readonly entityId: string;
  /** Chosen by the client and repeated in the response, which may come in another order than the requests. */
  readonly id?: string;
};

/** Ends the pushes of an entity. Acknowledged by `unsubscribed`, also without a subscription. */
export type UnsubscribeFrame = {
  readonly action: "unsubscribe";
  readonly entityId: string;
  /** As in `subscribe`. */
  readonly id?: string;
};

/** What clients send: one JSON object in a text frame. `action` names the route; other members are refused. */
export type ClientFrame = SubscribeFrame | UnsubscribeFrame;

export function subscribeFrame(members: Omit<SubscribeFrame, "action">): SubscribeFrame {
  return { action: "subscribe", ...members };
}

export function unsubscribeFrame(members: Omit<UnsubscribeFrame, "action">): UnsubscribeFrame {
  return { action: "unsubscribe", ...members };
}
