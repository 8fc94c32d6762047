import { MAX_PUSH_BYTES } from "@portcullis/protocol";
import { encodePush } from "../../src/adapters/api-gateway-management/push-frame.ts";
import type { ConnectionChannel, PreparedPush } from "../../src/application/ports/connection-channel.ts";
import type { ConnectionId } from "../../src/domain/connection/connection.ts";
import type { Notification } from "../../src/domain/notification/notification.ts";
import type { PostOutcome } from "../../src/domain/notification/post-outcome.ts";

/** The outcome of the nth post (from 1) to a connection. The script may throw, hang or wait. */
export type Script = (connectionId: ConnectionId, nth: number) => PostOutcome | Promise<PostOutcome>;

/** Keeps the posts in order. The script gives each post its outcome. */
export class ScriptedChannel implements ConnectionChannel {
  readonly posts: { readonly connectionId: ConnectionId; readonly push: string; readonly outcome: PostOutcome }[] = [];
  mostAtOnce = 0;
  script: Script;
  readonly #nth = new Map<ConnectionId, number>();
  #atOnce = 0;

  constructor(script: Script = () => "delivered") {
    this.script = script;
  }

  prepare(notification: Notification): PreparedPush {
    const push = encodePush(notification);
    if (Buffer.byteLength(push) > MAX_PUSH_BYTES) return { kind: "too-large" };
    return { kind: "ready", send: (connectionId) => this.#send(connectionId, push) };
  }

  postsTo(connectionId: ConnectionId): readonly PostOutcome[] {
    return this.posts.filter((post) => post.connectionId === connectionId).map(({ outcome }) => outcome);
  }

  delivered(): readonly ConnectionId[] {
    return this.posts.filter(({ outcome }) => outcome === "delivered").map((post) => post.connectionId);
  }

  async #send(connectionId: ConnectionId, push: string): Promise<PostOutcome> {
    this.#atOnce += 1;
    this.mostAtOnce = Math.max(this.mostAtOnce, this.#atOnce);
    try {
      return await this.#answer(connectionId, push);
    } finally {
      this.#atOnce -= 1;
    }
  }

  async #answer(connectionId: ConnectionId, push: string): Promise<PostOutcome> {
    const nth = (this.#nth.get(connectionId) ?? 0) + 1;
    this.#nth.set(connectionId, nth);
    const outcome = await this.script(connectionId, nth);
    this.posts.push({ connectionId, push, outcome });
    return outcome;
  }
}
