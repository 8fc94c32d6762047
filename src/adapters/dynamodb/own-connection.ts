import type { Absence } from "../../application/ports/connection-store.ts";
import type { Connection } from "../../domain/connection/connection.ts";
import { expiryCode } from "../../domain/connection/ending.ts";
import type { UserId } from "../../domain/identity/identity.ts";
import type { EpochSeconds } from "../../domain/time.ts";
import { absenceAfter } from "../absence.ts";
import { fromConnectionItem } from "./connection-item.ts";
import { absenceIn } from "./tombstone-item.ts";

/** The user's live connection in an item, or why there is none. */
export function ownConnection(item: unknown, user: UserId, now: EpochSeconds): Connection | Absence {
  const connection = fromConnectionItem(item);
  if (connection === undefined) return absenceIn(item, user);
  if (connection.identity.userId !== user) return "not-connected";
  const code = expiryCode(connection, now);
  return code === undefined ? connection : absenceAfter(code);
}
