import type { EntityId } from "../../domain/subscription/subscription.ts";
import { utf8Length } from "../../domain/text.ts";

/**
 * What a connection follows, as its record holds it: some names in the record, the others in parts, which are separate
 * items. Each of these items stays under a kilobyte, the size that DynamoDB writes for one unit.
 */
export type Following = {
  /** Incremented by every change, and by every acknowledgement without a change: a late write of an older one then fails. */
  readonly revision: number;
  /** The last ticket that was served in the queue. Only saves conflicts. */
  readonly turn: number;
  /** How many entities are followed. */
  readonly count: number;
  /** Names that are in no part yet. */
  readonly names: ReadonlySet<EntityId>;
  /** The part to which `names` will move. */
  readonly part: number;
  /** How full each part is: one hexadecimal digit each, from 0 to `PART_STEPS`. */
  readonly levels: string;
};

/** A change of one part. */
export type PartChange = { readonly part: number } & (
  | { readonly kind: "create" | "add"; readonly names: readonly EntityId[] }
  | { readonly kind: "remove"; readonly name: EntityId }
  | { readonly kind: "delete" }
);

/** The record after a change, and the change of a part if there is one. `part` has the name, or will have it. */
export type Change = { readonly following: Following; readonly part: number; readonly partChange?: PartChange };

/** Levels are hexadecimal digits: 15 steps of 64 bytes leave room in a kilobyte for the key and the expiry. */
const PART_STEPS = 15;
const STEP_BYTES = 64;

/** A name of 256 bytes, the longest. */
const MAX_STEPS = 5;

/** For a new record. Its revision differs from that of an earlier record with the same id, so late writes for that one fail. */
export function followingNothing(revision: number): Following {
  return { revision, turn: 0, count: 0, names: new Set(), part: 0, levels: "" };
}

/**
 * Names stay in the record while it has room (`roomBytes`), then move to a part together: so most changes write two items
 * and not three.
 */
export function withName(following: Following, name: EntityId, roomBytes: number): Change {
  const { names, part, levels } = following;
  const level = levelOf(levels, part) + [...names, name].reduce((sum, one) => sum + stepsOf(one), 0);
  const next = { ...following, revision: following.revision + 1, count: following.count + 1 };
  // The name that moves them must find room in the part too.
  if (bytesOf(name) <= roomBytes && level + MAX_STEPS <= PART_STEPS) {
    return { following: { ...next, names: new Set([...names, name]) }, part };
  }
  const filled = withLevel(levels, part, level);
  return {
    following: { ...next, names: new Set(), part: roomiestOf(filled), levels: filled },
    part,
    partChange: { part, kind: levelOf(levels, part) === 0 ? "create" : "add", names: [...names, name] },
  };
}

/** The name must be followed; `part` has it unless the record does. */
export function withoutName(following: Following, name: EntityId, part: number): Change {
  const next = { ...following, revision: following.revision + 1, count: following.count - 1 };
  if (following.names.has(name)) {
    const names = new Set([...following.names].filter((one) => one !== name));
    return { following: { ...next, names }, part };
  }
  const level = levelOf(following.levels, part) - stepsOf(name);
  return {
    following: { ...next, levels: withLevel(following.levels, part, level) },
    part,
    partChange: level === 0 ? { part, kind: "delete" } : { part, kind: "remove", name },
  };
}

/** As DynamoDB counts an element of a set. */
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

/** The emptiest part if it has room for any name, else a new part: so the number of parts depends on what is followed. */
function roomiestOf(levels: string): number {
  const lowest = [...levels].toSorted()[0] ?? "f";
  return Number.parseInt(lowest, 16) + MAX_STEPS <= PART_STEPS ? levels.indexOf(lowest) : levels.length;
}
