import { connectionExpiry } from "../../src/domain/connection/connection.ts";
import { type EpochMillis, toEpochSeconds } from "../../src/domain/time.ts";
import type { Socket } from "./gateway-model.ts";

/** From here on nobody may be told anything on this connection. */
export function isOver({ connectedAt, tokenExpiresAt }: Socket, atMillis: number): boolean {
  return connectionExpiry(connectedAt, tokenExpiresAt) <= toEpochSeconds(atMillis as EpochMillis);
}
