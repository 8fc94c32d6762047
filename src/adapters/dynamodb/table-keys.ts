import type { ConnectionId } from "../../domain/connection/connection.ts";
import type { EntityId } from "../../domain/subscription/subscription.ts";
import { type EpochSeconds, wholeSeconds } from "../../domain/time.ts";

export type ItemKey = { readonly pk: string; readonly sk: string };

/** Neither a connection id nor a user id can hold a `#`, so that no key of another kind, `KIND#…`, equals one of theirs. */
export function connectionKey(id: ConnectionId): ItemKey {
  return { pk: id, sk: "connection" };
}

/** The queue of changes to the subscriptions of a connection. One query reads it with the record. */
export function queueKey(id: ConnectionId): ItemKey {
  return { pk: id, sk: "connection#queue" };
}

/** Holds some of the names of the entities that a connection is subscribed to. */
export function partKey(id: ConnectionId, part: number): ItemKey {
  return { pk: id, sk: `part#${part}` };
}

/** An entity's subscribers are a partition of the table and not of its index: only the table can be read strongly. */
export function entityPartition(entityId: EntityId): string {
  return `ENTITY#${entityId}`;
}

export function subscriptionKey(entityId: EntityId, connectionId: ConnectionId): ItemKey {
  return { pk: entityPartition(entityId), sk: connectionId };
}

/** Ten digits reach the year 2286, and times before 2242 are all that the domain parses: their text sorts as they do. */
const MOMENT_DIGITS = 10;

/** After every moment, and before the letters that an older schema's sort keys begin with. */
export const LAST_MOMENT = "9".repeat(MOMENT_DIGITS);

export function momentKey(moment: EpochSeconds): string {
  return String(wholeSeconds(moment)).padStart(MOMENT_DIGITS, "0");
}
