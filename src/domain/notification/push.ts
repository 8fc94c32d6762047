import type { Brand } from "../brand.ts";
import { utf8Length } from "../text.ts";
import type { Notification } from "./notification.ts";

/** The frame that a client receives: JSON, small enough for the gateway to carry. */
export type Push = Brand<string, "Push">;

/** API Gateway, WebSocket quotas: 128 KB a message, where the bus carries 1 MB. */
const MAX_PUSH_BYTES = 128 * 1024;

/** Undefined when no connection could ever be sent it: to be known before the first post, not after a thousand. */
export function encodePush(notification: Notification): Push | undefined {
  const text = JSON.stringify(frame(notification));
  // Bytes are never fewer than characters: a megabyte is not counted through to be found too long.
  const fits = text.length <= MAX_PUSH_BYTES && utf8Length(text) <= MAX_PUSH_BYTES;
  return fits ? (text as Push) : undefined;
}

/** Names and their order are the contract with clients: new members come behind the old ones. */
function frame(notification: Notification): Readonly<Record<string, unknown>> {
  const { id, time, message } = notification;
  switch (notification.kind) {
    case "entity-update":
      return { type: "Entity Updated", entityId: notification.entityId, message, id, time };
    case "user-push":
      return { type: "User Push Notification", message, callback: notification.callback, id, time };
  }
}
