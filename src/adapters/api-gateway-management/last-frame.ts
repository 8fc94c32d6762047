import { type DisconnectFrame, disconnectFrame } from "@portcullis/protocol";
import type { Ending } from "../../domain/connection/ending.ts";

/** The frame that tells a client why its connection ends. A client that must stay away is given no time to come back. */
export function lastFrame({ code, reconnect, retryWithin, reason }: Ending): DisconnectFrame {
  return disconnectFrame({
    code,
    reconnect,
    ...(reconnect && { retryWithin }),
    ...(reason !== undefined && { reason }),
  });
}
