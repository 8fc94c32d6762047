import type { ConnectionId } from "../../domain/connection/connection.ts";
import type { Notification } from "../../domain/notification/notification.ts";
import type { PostOutcome } from "../../domain/notification/post-outcome.ts";

/**
 * Sends one push to one connection. Responds within three seconds in every case. If it throws nevertheless, that counts
 * as `failed`.
 */
export type SendToConnection = (connectionId: ConnectionId) => Promise<PostOutcome>;

/** `too-large`: no connection can receive this push. This is known before the first post. */
export type PreparedPush = { readonly kind: "ready"; readonly send: SendToConnection } | { readonly kind: "too-large" };

/**
 * The way to open connections. `delivered` means handed to the gateway, not read by the client. Work that is the same for
 * every recipient of a push (encoding, measuring, hashing) happens once, in `prepare`. No outcome is retried here: the
 * domain decides on retries. A fault on our side, such as a dead kept socket, is repaired within the post.
 */
export interface ConnectionChannel {
  prepare(notification: Notification): PreparedPush;
}
