import type { Page } from "../../application/ports/connection-store.ts";
import { MalformedInputError } from "../../domain/errors.ts";

const CURSOR = /^after:(.+)$/su;

/** The page of what sorts after the cursor by `keyOf`: stable while others come and go between two pages. */
export function pageAfter<T>(
  all: readonly T[],
  keyOf: (item: T) => string,
  size: number,
  from: string | undefined,
): Page<T> {
  const after = from === undefined ? "" : readCursor(from);
  const rest = all.filter((item) => keyOf(item) > after).sort((one, other) => (keyOf(one) < keyOf(other) ? -1 : 1));
  const items = rest.slice(0, size);
  const last = items.at(-1);
  return rest.length > size && last !== undefined ? { items, next: `after:${keyOf(last)}` } : { items };
}

function readCursor(from: string): string {
  const after = CURSOR.exec(from)?.[1];
  if (after === undefined) throw new MalformedInputError("MALFORMED_CURSOR");
  return after;
}
