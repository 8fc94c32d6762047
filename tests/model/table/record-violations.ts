import { namesFromItem } from "../../../src/adapters/dynamodb/connection-item.ts";
import { grantsOf } from "../../../src/adapters/dynamodb/grants-item.ts";
import {
  connectionKey,
  entityPartition,
  grantsKey,
  partNumber,
  slotKey,
} from "../../../src/adapters/dynamodb/table-keys.ts";
import { fromTokenAttributes } from "../../../src/adapters/dynamodb/token-attributes.ts";
import type { ConnectionId } from "../../../src/domain/connection/connection.ts";
import { endSlot } from "../../../src/domain/connection/ending.ts";
import type { EntityId } from "../../../src/domain/subscription/subscription.ts";
import type { EpochSeconds } from "../../../src/domain/time.ts";
import type { Item } from "./expressions.ts";
import type { FakeTable } from "./fake-table.ts";

/** How an open connection's record, its parts, its grants and its rows disagree. `rows` are the entities that have one. */
export function* recordViolations(table: FakeTable, id: ConnectionId, rows: readonly string[]): Generator<string> {
  const record = table.find(connectionKey(id)) ?? {};
  const parts = new Map<string, unknown>(namesFromItem(record).map((name) => [name, record["part"]]));
  let inParts = 0;
  for (const item of table.partition(id)) {
    const part = partNumber(item["sk"]);
    if (part === undefined) continue;
    for (const name of namesFromItem(item)) parts.set(name, part);
    inParts += namesFromItem(item).length;
  }
  if ([...parts.keys()].toSorted().join() !== rows.join())
    yield "rows that the record does not know, or the other way round";
  if (record["count"] !== parts.size) yield "a wrong count";
  const steps = [...String(record["levels"])].reduce((sum, level) => sum + Number.parseInt(level, 16), 0);
  if (steps !== inParts) yield "a wrong level";
  const grants = grantsOf(fromTokenAttributes(record, 0 as EpochSeconds), table.find(grantsKey(id)));
  if (grants === undefined) yield "grants that are not the record's";
  for (const entity of rows) {
    const row = table.find({ pk: entityPartition(entity as EntityId), sk: id }) ?? {};
    if (row["part"] !== parts.get(entity)) yield "a row with a wrong part";
    yield* endViolations(row, record);
  }
}

function* endViolations({ grantedUntil, endSlot: slot }: Item, record: Item): Generator<string> {
  if (grantedUntil !== undefined && record["bounded"] !== true) yield "a row with an end that the record does not know";
  const expected = grantedUntil === undefined ? undefined : slotKey(endSlot(grantedUntil as EpochSeconds));
  if (slot !== expected) yield "a row in a wrong slot";
}
