import { isPlainObject, type PlainObject } from "../../../../src/domain/plain-object.ts";
import { isExactNumber } from "../exact-number.ts";

/** `text` is for targets, `value` for patterns. In `value` a number that no double holds is NaN, which matches no number. */
export type EventDetail = { readonly text: string; readonly value: PlainObject };

/** PutEvents' own limit. */
const MAX_NESTING = 1000;

/** Undefined for a text that is no JSON object, or is nested too deep. */
export function parseEventDetail(text: string): EventDetail | undefined {
  try {
    const value: unknown = JSON.parse(text, exactNumbers as (name: string, value: unknown) => unknown);
    return isPlainObject(value) && isNestedWithin(value, MAX_NESTING) ? { text, value } : undefined;
  } catch {
    return undefined;
  }
}

/** A reviver; TypeScript does not know the third parameter yet. */
function exactNumbers(_name: string, value: unknown, { source = "" }: { readonly source?: string }): unknown {
  return typeof value === "number" && !isExactNumber(source) ? Number.NaN : value;
}

function isNestedWithin(value: unknown, levels: number): boolean {
  if (typeof value !== "object" || value === null) return true;
  return levels > 0 && Object.values(value).every((member) => isNestedWithin(member, levels - 1));
}
