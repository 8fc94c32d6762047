import { closesAt, isExpired } from "../../domain/connection/connection.ts";
import type { EntityId, Subscription } from "../../domain/subscription/subscription.ts";
import { type EpochSeconds, earlier } from "../../domain/time.ts";
import { getWithin } from "./batches.ts";
import type { CallOptions, DynamoTable } from "./dynamo-table.ts";
import { ownConnection } from "./own-connection.ts";
import { fromSubscriptionItem } from "./subscription-item.ts";
import { connectionKey } from "./table-keys.ts";

type Items = readonly Readonly<Record<string, unknown>>[];

/**
 * The live subscriptions in an entity's rows. A renewal changes no rows, so a row whose copy of the end has passed is
 * looked up in its connection's record, until the last end that a renewal can give.
 */
export async function liveSubscriptions(
  table: DynamoTable,
  rows: Items,
  entityId: EntityId,
  now: EpochSeconds,
  options: CallOptions,
): Promise<readonly Subscription[]> {
  const found = rows.flatMap((row) => fromSubscriptionItem(row, entityId) ?? []).filter((row) => isGranted(row, now));
  const doubtful = found.filter((row) => isExpired(row, now) && closesAt(row.connectedAt) > now);
  const keys = doubtful.map(({ connectionId }) => connectionKey(connectionId));
  const records = new Map((await getWithin(options, table, keys)).map((item) => [item["pk"], item]));
  return found.flatMap((row) => {
    if (!isExpired(row, now)) return endingWithGrant(row);
    const connection = ownConnection(records.get(row.connectionId), row.userId, now);
    // An id that the gateway gave again is another connection.
    if (typeof connection === "string" || connection.connectedAt !== row.connectedAt) return [];
    return endingWithGrant({ ...row, expiresAt: connection.expiresAt });
  });
}

function isGranted({ grantedUntil }: Subscription, now: EpochSeconds): boolean {
  return grantedUntil === undefined || now < grantedUntil;
}

/** A push that is retried must not outlive the grant either. */
function endingWithGrant(row: Subscription): Subscription {
  return row.grantedUntil === undefined ? row : { ...row, expiresAt: earlier(row.expiresAt, row.grantedUntil) };
}
