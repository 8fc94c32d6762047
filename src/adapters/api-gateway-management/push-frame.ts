import { entityUpdatedFrame, userPushFrame } from "@portcullis/protocol";
import type { Notification } from "../../domain/notification/notification.ts";
import { type RawJson, writeObject } from "../../domain/raw-json.ts";

/** The text of the frame that clients receive for a notification. It has `data` as the publisher wrote it. */
export function encodePush(notification: Notification): RawJson {
  return writeObject(frameOf(notification), { data: notification.data });
}

function frameOf(notification: Notification) {
  switch (notification.kind) {
    case "entity-update":
      return entityUpdatedFrame(notification);
    case "user-push":
      return userPushFrame(notification);
  }
}
