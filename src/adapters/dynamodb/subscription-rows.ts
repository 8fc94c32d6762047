import type { ConnectionId } from "../../domain/connection/connection.ts";
import type { EntityId } from "../../domain/subscription/subscription.ts";
import type { EpochSeconds } from "../../domain/time.ts";
import { getWithin } from "./batches.ts";
import type { CallOptions, DynamoTable } from "./dynamo-table.ts";
import { grantedUntilIn, partOf } from "./subscription-item.ts";
import { entityPartition, subscriptionKey } from "./table-keys.ts";

/** What a row tells beside its keys: the part that has the entity's name, or will have it, and the grant's own end. */
export type FoundRow = { readonly part: number; readonly grantedUntil?: EpochSeconds | undefined };

/** The rows of a connection's subscriptions among entities. Strongly consistent. */
export async function readRows(
  table: DynamoTable,
  connectionId: ConnectionId,
  entityIds: readonly EntityId[],
  options: CallOptions,
): Promise<ReadonlyMap<EntityId, FoundRow>> {
  const items = await getWithin(
    options,
    table,
    entityIds.map((entityId) => subscriptionKey(entityId, connectionId)),
  );
  const byPartition = new Map(items.map((item) => [item["pk"], item]));
  return new Map(
    entityIds.flatMap((entityId) => {
      const item = byPartition.get(entityPartition(entityId));
      const part = partOf(item);
      return part === undefined ? [] : [[entityId, { part, grantedUntil: grantedUntilIn(item) }] as const];
    }),
  );
}
