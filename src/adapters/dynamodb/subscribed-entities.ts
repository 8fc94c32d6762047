import type { EntityId } from "../../domain/subscription/subscription.ts";
import { utf8Length } from "../../domain/text.ts";

/**
 * The entities that a connection is subscribed to, as the table holds them: some names in the connection's record, the
 * others in parts, which are separate items. Each of these items stays under a kilobyte, the size that DynamoDB writes
 * for one unit.
 */
export type SubscribedEntities = {
  /**
   * Incremented by every change, and by every acknowledgement without a change, so that late writes of older requests
   * fail.
   */
  readonly revision: number;
  /** The last ticket of the queue that was served. It only avoids conflicts. */
  readonly turn: number;
  /** The number of entities in the record and in all parts. */
  readonly count: number;
  /** Names that are in no part yet. */
  readonly names: ReadonlySet<EntityId>;
  /** The part to which `names` will move. */
  readonly part: number;
  /** The fill level of each part: one hexadecimal digit each, from 0 to `PART_STEPS`. */
  readonly levels: string;
};

/** The change of one part. */
export type PartChange = { readonly part: number } & (
  | { readonly kind: "create" | "add"; readonly names: readonly EntityId[] }
  | { readonly kind: "remove"; readonly name: EntityId }
  | { readonly kind: "delete" }
);

/** The record after a change, and the change of a part if there is one. `part` has the name, or will have it. */
export type Change = {
  readonly subscribed: SubscribedEntities;
  readonly part: number;
  readonly partChange?: PartChange;
};

/** Levels are hexadecimal digits: 15 steps of 64 bytes leave space in a kilobyte for the key and the expiry. */
const PART_STEPS = 15;
const STEP_BYTES = 64;

/** The steps of the longest name, which has 256 bytes. */
const MAX_STEPS = 5;

/**
 * The state of a new record. Its revision differs from that of an earlier record with the same id, so late writes for
 * the earlier record fail.
 */
export function noSubscriptions(revision: number): SubscribedEntities {
  return { revision, turn: 0, count: 0, names: new Set(), part: 0, levels: "" };
}

/**
 * Adds a name. Names stay in the record while it has space (`freeBytes`), and then move to a part together. So most
 * changes write two items instead of three.
 */
export function withName(subscribed: SubscribedEntities, name: EntityId, freeBytes: number): Change {
  const { names, part, levels } = subscribed;
  const level = levelOf(levels, part) + [...names, name].reduce((sum, one) => sum + stepsOf(one), 0);
  const next = { ...subscribed, revision: subscribed.revision + 1, count: subscribed.count + 1 };
  // The name that triggers the move must fit into the part too.
  if (bytesOf(name) <= freeBytes && level + MAX_STEPS <= PART_STEPS) {
    return { subscribed: { ...next, names: new Set([...names, name]) }, part };
  }
  const filled = withLevel(levels, part, level);
  return {
    subscribed: { ...next, names: new Set(), part: emptiestPart(filled), levels: filled },
    part,
    partChange: { part, kind: levelOf(levels, part) === 0 ? "create" : "add", names: [...names, name] },
  };
}

/** Removes a name, which must be present. It is in `part` unless it is in the record. */
export function withoutName(subscribed: SubscribedEntities, name: EntityId, part: number): Change {
  const next = { ...subscribed, revision: subscribed.revision + 1, count: subscribed.count - 1 };
  if (subscribed.names.has(name)) {
    const names = new Set([...subscribed.names].filter((one) => one !== name));
    return { subscribed: { ...next, names }, part };
  }
  const level = levelOf(subscribed.levels, part) - stepsOf(name);
  return {
    subscribed: { ...next, levels: withLevel(subscribed.levels, part, level) },
    part,
    partChange: level === 0 ? { part, kind: "delete" } : { part, kind: "remove", name },
  };
}

/** The size of a name, as DynamoDB counts an element of a set. */
function bytesOf(name: EntityId): number {
  return utf8Length(name) + 1;
}

function stepsOf(name: EntityId): number {
  return Math.ceil(bytesOf(name) / STEP_BYTES);
}

function levelOf(levels: string, part: number): number {
  return Number.parseInt(levels.charAt(part) || "0", 16);
}

function withLevel(levels: string, part: number, level: number): string {
  return levels.slice(0, part) + level.toString(16) + levels.slice(part + 1);
}

/**
 * The emptiest part if every name fits into it, else a new part. So the number of parts depends on the subscriptions
 * only.
 */
function emptiestPart(levels: string): number {
  const lowest = [...levels].toSorted()[0] ?? "f";
  return Number.parseInt(lowest, 16) + MAX_STEPS <= PART_STEPS ? levels.indexOf(lowest) : levels.length;
}
