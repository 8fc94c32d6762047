import type { ConnectionId } from "../../domain/connection/connection.ts";
import type { PostOutcome } from "../../domain/notification/post-outcome.ts";
import type { Push } from "../../domain/notification/push.ts";

/**
 * Sends one push to one connection. Answers within three seconds, whatever happens on the way. Should it throw all the
 * same, that counts as `failed`.
 */
export type Post = (connectionId: ConnectionId) => Promise<PostOutcome>;

/**
 * The way to open connections. `delivered` means handed to the gateway, not read by the client. Whatever is the same for
 * every recipient of a push (encoding, hashing) happens once, in `prepare`. No outcome is retried here: the
 * domain decides on retries. A fault on our side, such as a dead kept socket, is repaired within the post.
 */
export interface ConnectionChannel {
  prepare(push: Push): Post;
}
