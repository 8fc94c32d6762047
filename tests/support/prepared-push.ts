import type {
  ConnectionChannel,
  PreparedPush,
  SendToConnection,
} from "../../src/application/ports/connection-channel.ts";
import type { Notification } from "../../src/domain/notification/notification.ts";
import { userPush } from "./notifications.ts";

/** The sender of a push that is not too large. */
export function senderOf(channel: ConnectionChannel, notification: Notification = userPush()): SendToConnection {
  const push = channel.prepare(notification);
  if (push.kind === "too-large") throw new Error("too large for a push");
  return push.send;
}

/** The same push, sent in another way. */
export function sentBy(push: PreparedPush, change: (send: SendToConnection) => SendToConnection): PreparedPush {
  return push.kind === "ready" ? { kind: "ready", send: change(push.send) } : push;
}
