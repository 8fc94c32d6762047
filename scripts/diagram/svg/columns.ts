import type { Box } from "./box.ts";

type Column = Pick<Box, "x" | "width">;

const MARGIN = 24;
/** For frames and arrows between two columns. */
const GAP = 78;

/** The columns of both halves of the picture, from callers to recipients. */
export const COLUMNS = columns({ origin: 96, entrance: 168, middle: 196, function: 196, target: 196, end: 96 });

export const LEFT = MARGIN;
export const WIDTH = COLUMNS.end.x + COLUMNS.end.width + MARGIN;

function columns<Name extends string>(widths: Record<Name, number>): Record<Name, Column> {
  let x = MARGIN;
  const placed = (Object.entries(widths) as [Name, number][]).map(([name, width]) => {
    const column = { x, width };
    x += width + GAP;
    return [name, column];
  });
  return Object.fromEntries(placed);
}
