import { endedFrame } from "@portcullis/protocol";
import type { SendToConnection } from "../../application/ports/connection-channel.ts";
import type { ConnectionEnder, EndedSubscriptions } from "../../application/ports/connection-ender.ts";
import type { ConnectionId } from "../../domain/connection/connection.ts";
import type { Ending } from "../../domain/connection/ending.ts";
import type { PostOutcome } from "../../domain/notification/post-outcome.ts";
import { lastFrame } from "./last-frame.ts";
import { type ManagementApi, payloadOf } from "./management-api.ts";

/** Tells clients what the service has ended, and closes sockets, through the management API. */
export class ManagementApiEnder implements ConnectionEnder {
  readonly #api: ManagementApi;

  constructor(api: ManagementApi) {
    this.#api = api;
  }

  prepareLastFrame(ending: Ending): SendToConnection {
    const payload = payloadOf(Buffer.from(JSON.stringify(lastFrame(ending))));
    return (connectionId) => this.#api.post(connectionId, payload);
  }

  prepareEnded({ ended, seq }: EndedSubscriptions): SendToConnection {
    const [first, ...others] = ended.map((one) => ({ ...one, code: "FORBIDDEN", ...(seq && { seq }) }) as const);
    // Nothing has ended: nothing is sent.
    if (first === undefined) return async () => "delivered";
    const payload = payloadOf(Buffer.from(JSON.stringify(endedFrame([first, ...others]))));
    return (connectionId) => this.#api.post(connectionId, payload);
  }

  disconnect(connectionId: ConnectionId): Promise<PostOutcome> {
    return this.#api.delete(connectionId);
  }
}
