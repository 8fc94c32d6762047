import type { Page } from "../../application/ports/connection-store.ts";
import { isExpired } from "../../domain/connection/connection.ts";
import { MalformedInputError } from "../../domain/errors.ts";
import { addSeconds, type EpochSeconds } from "../../domain/time.ts";

/** The interval, in the table's own time, at which expired values are removed. It bounds the memory. */
const COLLECTION_SECONDS = 60;

const CURSOR = /^after-([1-9]\d{0,15})$/;

type Row<V> = { readonly position: number; readonly value: V };

/**
 * Keeps values by key, and in pages by partition. Expired values are never found, and are kept for at most a minute.
 * Time comes with the calls. A page begins after the last row of the previous page, even if that row was removed.
 */
export class MemoryTable<V extends { readonly expiresAt: EpochSeconds }> {
  readonly #rows = new Map<string, Row<V>>();
  readonly #partitions = new Map<string, Map<string, Row<V>>>();
  readonly #partitionOf: (value: V) => string | undefined;
  #lastPosition = 0;
  #nextCollection = 0 as EpochSeconds;

  constructor(partitionOf: (value: V) => string | undefined) {
    this.#partitionOf = partitionOf;
  }

  get size(): number {
    return this.#rows.size;
  }

  find(key: string, now: EpochSeconds): V | undefined {
    this.collect(now);
    const value = this.#rows.get(key)?.value;
    return value && !isExpired(value, now) ? value : undefined;
  }

  /** The value, even if it has expired. */
  peek(key: string): V | undefined {
    return this.#rows.get(key)?.value;
  }

  put(key: string, value: V): void {
    this.remove(key);
    this.#lastPosition += 1;
    const row = { position: this.#lastPosition, value };
    this.#rows.set(key, row);
    const partition = this.#partitionOf(value);
    if (partition === undefined) return;
    this.#partitions.set(partition, (this.#partitions.get(partition) ?? new Map()).set(key, row));
  }

  /** Puts a value that stays in its partition: a reader of pages meets it once. */
  replace(key: string, value: V): void {
    const row = this.#rows.get(key);
    const partition = this.#partitionOf(value);
    if (row === undefined || this.#partitionOf(row.value) !== partition) {
      this.put(key, value);
      return;
    }
    const replaced = { ...row, value };
    this.#rows.set(key, replaced);
    if (partition !== undefined) this.#partitions.get(partition)?.set(key, replaced);
  }

  remove(key: string): void {
    const row = this.#rows.get(key);
    this.#rows.delete(key);
    const partition = row && this.#partitionOf(row.value);
    const rows = partition === undefined ? undefined : this.#partitions.get(partition);
    rows?.delete(key);
    if (partition !== undefined && rows?.size === 0) this.#partitions.delete(partition);
  }

  page(partition: string, now: EpochSeconds, size: number, from: string | undefined): Page<V> {
    const after = from === undefined ? 0 : readCursor(from);
    const items: V[] = [];
    let last = after;
    // A map iterates in the order of insertion, which is the order of the positions.
    for (const { position, value } of this.#partitions.get(partition)?.values() ?? []) {
      if (position <= after || isExpired(value, now)) continue;
      if (items.length === size) return { items, next: `after-${last}` };
      items.push(value);
      last = position;
    }
    return { items };
  }

  /** Removes expired values, at most once a minute. */
  collect(now: EpochSeconds): void {
    if (now < this.#nextCollection) return;
    this.#nextCollection = addSeconds(now, COLLECTION_SECONDS);
    for (const [key, { value }] of this.#rows) if (isExpired(value, now)) this.remove(key);
  }
}

function readCursor(from: string): number {
  const position = CURSOR.exec(from)?.[1];
  if (position === undefined) throw new MalformedInputError("MALFORMED_CURSOR");
  return Number(position);
}
