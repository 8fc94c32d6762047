import type { EntityId } from "../../domain/subscription/entity-id.ts";
import { utf8Length } from "../../domain/text.ts";

/**
 * What a connection follows, as its record holds it: some names itself, the others in parts, items of their own. All of
 * them stay under a kilobyte, which is what DynamoDB writes for one unit.
 */
export type Following = {
  /** Moved by every change, and by whatever is acknowledged without one: a late write of an older one then fails. */
  readonly revision: number;
  /** The last ticket that was served, of those who wait for their turn. Decides nothing. */
  readonly turn: number;
  /** How many entities are followed. */
  readonly count: number;
  /** Those that are in no part yet, */
  readonly names: ReadonlySet<EntityId>;
  /** and the part to which they will go. */
  readonly part: number;
  /** How full each part is, from 0 to `PART_STEPS`: a digit each. */
  readonly levels: string;
};

/** What becomes of a part. */
export type PartChange = { readonly part: number } & (
  | { readonly kind: "create" | "add"; readonly names: readonly EntityId[] }
  | { readonly kind: "remove"; readonly name: EntityId }
  | { readonly kind: "delete" }
);

/** What a change makes of the record, and of a part if one is concerned. `part` is where the name is, or will be. */
export type Change = { readonly following: Following; readonly part: number; readonly partChange?: PartChange };

/** Levels are hexadecimal digits: 15 steps of 64 bytes leave room in a kilobyte for the key and the expiry. */
const PART_STEPS = 15;
const STEP_BYTES = 64;

/** A name of 256 bytes, the longest. */
const MAX_STEPS = 5;

/** A fresh record's, whose revision is of this life of its id: what was meant for another one never fits. */
export function followingNothing(revision: number): Following {
  return { revision, turn: 0, count: 0, names: new Set(), part: 0, levels: "" };
}

/**
 * Names gather in the record while it has room (`roomBytes`), then move to a part together: most changes so write two
 * items and not three.
 */
export function withName(following: Following, name: EntityId, roomBytes: number): Change {
  const { names, part, levels } = following;
  const level = levelOf(levels, part) + [...names, name].reduce((sum, one) => sum + stepsOf(one), 0);
  const next = { ...following, revision: following.revision + 1, count: following.count + 1 };
  // A last name must always find room in the part.
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

/** Of a name that is followed; `part` is where it is unless the record has it. */
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

/** DynamoDB's count of an element of a set. */
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

/** The emptiest part that has room for any name, or else a new one: so their number is bounded by what is followed. */
function roomiestOf(levels: string): number {
  const lowest = [...levels].toSorted()[0] ?? "f";
  return Number.parseInt(lowest, 16) + MAX_STEPS <= PART_STEPS ? levels.indexOf(lowest) : levels.length;
}
