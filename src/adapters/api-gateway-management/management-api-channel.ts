import { MAX_PUSH_BYTES } from "@portcullis/protocol";
import type { ConnectionChannel, PreparedPush } from "../../application/ports/connection-channel.ts";
import type { Notification } from "../../domain/notification/notification.ts";
import { type ManagementApi, payloadOf } from "./management-api.ts";
import { encodePush } from "./push-frame.ts";

/** Sends pushes through the management API. */
export class ManagementApiChannel implements ConnectionChannel {
  readonly #api: ManagementApi;

  constructor(api: ManagementApi) {
    this.#api = api;
  }

  prepare(notification: Notification): PreparedPush {
    const text = encodePush(notification);
    // A text has at least as many bytes as characters, so a text that is far too long is not encoded.
    if (text.length > MAX_PUSH_BYTES) return { kind: "too-large" };
    const body = Buffer.from(text);
    if (body.length > MAX_PUSH_BYTES) return { kind: "too-large" };
    const payload = payloadOf(body);
    return { kind: "ready", send: (connectionId) => this.#api.post(connectionId, payload) };
  }
}
