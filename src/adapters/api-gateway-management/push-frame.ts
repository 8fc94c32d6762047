import { entityUpdatedFrame, type PushFrame, userPushFrame } from "@portcullis/protocol";
import type { Notification } from "../../domain/notification/notification.ts";

/** The frame that clients receive for a notification. */
export function pushFrame(notification: Notification): PushFrame {
  switch (notification.kind) {
    case "entity-update":
      return entityUpdatedFrame(notification);
    case "user-push":
      return userPushFrame(notification);
  }
}
