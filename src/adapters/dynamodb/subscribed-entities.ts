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
  /** Set once a row has an end of its own: rows may then differ from what a request decides. */
  readonly bounded?: true;
};

/** The change of one part. */
export type PartChange = { readonly part: number } & (
  | { readonly kind: "create" | "add" | "remove"; readonly names: readonly EntityId[] }
  | { readonly kind: "delete" }
);

/** The record after a change, and the changes of parts, each part once. `parts` have the names, or will have them. */
export type Change = {
  readonly subscribed: SubscribedEntities;
  readonly parts: ReadonlyMap<EntityId, number>;
  readonly partChanges: readonly PartChange[];
};

/** A step of a change: one name. */
type Step = {
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

/** No change of names. The next revision makes writes of requests fail that read this one. */
export function touched(subscribed: SubscribedEntities): SubscribedEntities {
  return { ...subscribed, revision: subscribed.revision + 1 };
}

/**
 * Adds names that are absent, in order, as long as the change has at most `maxWrites` writes: a row for each name, and
 * the parts. `parts` has those that were added.
 */
export function withNames(
  subscribed: SubscribedEntities,
  names: Iterable<EntityId>,
  { freeBytes, maxWrites }: { readonly freeBytes: number; readonly maxWrites: number },
): Change {
  return changedBy(subscribed, names, maxWrites, (before, name) =>
    // Names that moved to a part leave their space in the record, and a new part takes a digit there.
    withName(before, name, freeBytes + bytesIn(subscribed) - bytesIn(before)),
  );
}

/** Removes names that are present, part by part, as long as the change has at most `maxWrites` writes. */
export function withoutNames(
  subscribed: SubscribedEntities,
  names: Iterable<readonly [name: EntityId, part: number]>,
  maxWrites: number,
): Change {
  const parts = new Map(names);
  const byPart = [...parts].toSorted(([, one], [, other]) => one - other).map(([name]) => name);
  return changedBy(subscribed, byPart, maxWrites, (before, name) => withoutName(before, name, parts.get(name) ?? 0));
}

function changedBy(
  subscribed: SubscribedEntities,
  names: Iterable<EntityId>,
  maxWrites: number,
  stepOf: (before: SubscribedEntities, name: EntityId) => Step,
): Change {
  let change = unchanged(subscribed);
  let begun: { readonly part: number; readonly before: Change } | undefined;
  for (const name of names) {
    const step = stepOf(change.subscribed, name);
    const next = extended(change, name, step);
    if (next.parts.size + next.partChanges.length > maxWrites) {
      // The next change goes on with the same part. It takes all names of that part, so that the part is written once. A
      // change with nothing before that part would never come further.
      if (step.part === begun?.part && begun.before.parts.size > 0) change = begun.before;
      break;
    }
    if (next.partChanges.length > change.partChanges.length) begun = { part: step.part, before: change };
    change = next;
  }
  return { ...change, subscribed: { ...change.subscribed, revision: subscribed.revision + 1 } };
}

function unchanged(subscribed: SubscribedEntities): Change {
  return { subscribed, parts: new Map(), partChanges: [] };
}

/** A transaction may write each part once only. */
function extended(change: Change, name: EntityId, { subscribed, part, partChange }: Step): Change {
  const parts = new Map(change.parts).set(name, part);
  if (partChange === undefined) return { subscribed, parts, partChanges: change.partChanges };
  const others = change.partChanges.filter((one) => one.part !== partChange.part);
  const earlier = change.partChanges.find((one) => one.part === partChange.part);
  return { subscribed, parts, partChanges: [...others, joined(earlier, partChange)] };
}

function joined(earlier: PartChange | undefined, later: PartChange): PartChange {
  if (earlier === undefined || earlier.kind === "delete" || later.kind === "delete") return later;
  return { ...earlier, names: [...earlier.names, ...later.names] };
}

/** The space that names and the levels of parts take in the record. */
function bytesIn({ names, levels }: SubscribedEntities): number {
  return levels.length + [...names].reduce((sum, name) => sum + bytesOf(name), 0);
}

/**
 * Adds a name. Names stay in the record while it has space (`freeBytes`), and then move to a part together. So most
 * changes write two items instead of three.
 */
function withName(subscribed: SubscribedEntities, name: EntityId, freeBytes: number): Step {
  const { names, part, levels } = subscribed;
  const level = levelOf(levels, part) + [...names, name].reduce((sum, one) => sum + stepsOf(one), 0);
  const next = { ...subscribed, count: subscribed.count + 1 };
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
function withoutName(subscribed: SubscribedEntities, name: EntityId, part: number): Step {
  const next = { ...subscribed, count: subscribed.count - 1 };
  if (subscribed.names.has(name)) {
    const names = new Set([...subscribed.names].filter((one) => one !== name));
    return { subscribed: { ...next, names }, part };
  }
  const level = levelOf(subscribed.levels, part) - stepsOf(name);
  return {
    subscribed: { ...next, levels: withLevel(subscribed.levels, part, level) },
    part,
    partChange: level === 0 ? { part, kind: "delete" } : { part, kind: "remove", names: [name] },
  };
}

/** True if the parts have the names that the record counts on: a read may see a part of a transaction. */
export function areComplete({ levels }: SubscribedEntities, parts: ReadonlyMap<number, readonly EntityId[]>): boolean {
  const filled = [...levels].flatMap((_, part) => (levelOf(levels, part) > 0 ? [part] : []));
  if (filled.length !== parts.size) return false;
  return filled.every(
    (part) => levelOf(levels, part) === (parts.get(part) ?? []).reduce((sum, one) => sum + stepsOf(one), 0),
  );
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
