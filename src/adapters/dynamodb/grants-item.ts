import type { ConnectionId } from "../../domain/connection/connection.ts";
import { type Grants, grantText } from "../../domain/grants/grant.ts";
import { parseWrittenGrants } from "../../domain/grants/token-grants.ts";
import { isPlainObject } from "../../domain/plain-object.ts";
import type { EpochMillis } from "../../domain/time.ts";
import type { TokenFacts } from "../../domain/token/token-facts.ts";
import { grantsId } from "../grants-id.ts";
import { collectedFrom } from "./connection-item.ts";
import { grantsKey } from "./table-keys.ts";

/**
 * The item of the grants of a connection's token, up to 4 KB. It stands beside the record, since each change of the
 * record costs by its size. TTL removes it, which costs nothing.
 */
export function toGrantsItem(id: ConnectionId, connectedAt: EpochMillis, grants: Grants): Record<string, unknown> {
  return { ...grantsKey(id), grants: grants.map(grantText), connectedAt, ttl: collectedFrom(connectedAt) };
}

/**
 * The grants that a record's token has, from the item beside it. Undefined if the item is not the record's: a read may
 * see a transaction's write to one of them before that to the other.
 */
export function grantsOf({ grants: id }: TokenFacts, item: unknown): Grants | undefined {
  if (id === undefined) return [];
  const grants = isPlainObject(item) ? parseWrittenGrants(item["grants"]) : undefined;
  return grants !== undefined && grantsId(grants) === id ? grants : undefined;
}
