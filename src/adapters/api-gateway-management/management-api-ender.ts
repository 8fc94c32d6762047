import type { SendToConnection } from "../../application/ports/connection-channel.ts";
import type { ConnectionEnder } from "../../application/ports/connection-ender.ts";
import type { ConnectionId } from "../../domain/connection/connection.ts";
import type { Ending } from "../../domain/connection/ending.ts";
import type { PostOutcome } from "../../domain/notification/post-outcome.ts";
import { lastFrame } from "./last-frame.ts";
import { type ManagementApi, payloadOf } from "./management-api.ts";

/** Sends last frames and closes sockets through the management API. */
export class ManagementApiEnder implements ConnectionEnder {
  readonly #api: ManagementApi;

  constructor(api: ManagementApi) {
    this.#api = api;
  }

  prepareLastFrame(ending: Ending): SendToConnection {
    const payload = payloadOf(Buffer.from(JSON.stringify(lastFrame(ending))));
    return (connectionId) => this.#api.post(connectionId, payload);
  }

  disconnect(connectionId: ConnectionId): Promise<PostOutcome> {
    return this.#api.delete(connectionId);
  }
}
