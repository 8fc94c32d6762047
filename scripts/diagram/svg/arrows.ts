import { type Box, bottom, centre, type Point, right } from "./box.ts";
import { FAINT, label } from "./shapes.ts";

export type Arrow = {
  readonly from: Box;
  readonly to: Box;
  /** Dashed: the way after a failure. */
  readonly fails?: boolean;
  readonly both?: boolean;
  readonly label?: string;
  /** Distance from the middle, so that another arrow has room. */
  readonly shift?: number;
  /** Leaves from below and arrives from the side. */
  readonly corner?: boolean;
};

const FAILS = "#b91c1c";
/** How far before its target an arrow turns. */
const TURN = 24;
/** An arrow that turns the corner leaves this far from the end of its shape. */
const CORNER = 20;

export const ARROW_HEADS = [head("tip", FAINT), head("tip-fails", FAILS)].join("");

function head(id: string, colour: string): string {
  const size = 'viewBox="0 0 8 8" refX="7" refY="4" markerWidth="9" markerHeight="9" markerUnits="userSpaceOnUse"';
  return `<marker id="${id}" ${size} orient="auto-start-reverse"><path d="M 0 0 L 8 4 L 0 8 Z" fill="${colour}"/></marker>`;
}

export function drawArrow(arrow: Arrow): string {
  const points = route(arrow);
  const path = points.map(([x, y], index) => `${index === 0 ? "M" : "L"} ${x} ${y}`).join(" ");
  const [colour, tip] = arrow.fails ? [FAILS, "tip-fails"] : [FAINT, "tip"];
  const dashes = arrow.fails ? ' stroke-dasharray="4 3"' : "";
  const tips = `${arrow.both ? `marker-start="url(#${tip})" ` : ""}marker-end="url(#${tip})"`;
  const line = `<path d="${path}" fill="none" stroke="${colour}" stroke-width="1.3"${dashes} ${tips}/>`;
  return arrow.label === undefined ? line : `${line}${drawLabel(arrow.label, points)}`;
}

/** Straight where the two face each other, else with two turns. */
function route({ from, to, shift = 0, corner = false }: Arrow): readonly Point[] {
  if (corner) return roundTheCorner(from, to);
  const rows = shared(from.y, bottom(from), to.y, bottom(to));
  const columns = shared(from.x, right(from), to.x, right(to));
  if (columns !== undefined) {
    const [start, end] = from.y < to.y ? [bottom(from), to.y] : [from.y, bottom(to)];
    return [
      [columns + shift, start],
      [columns + shift, end],
    ];
  }
  const [start, end, turn] = from.x < to.x ? [right(from), to.x, to.x - TURN] : [from.x, right(to), right(to) + TURN];
  const [leaves, arrives] = rows === undefined ? [centre(from)[1], centre(to)[1]] : [rows, rows];
  const ends: readonly Point[] = [
    [start, leaves + shift],
    [end, arrives + shift],
  ];
  if (rows !== undefined) return ends;
  return [...ends.slice(0, 1), [turn, leaves + shift], [turn, arrives + shift], ...ends.slice(1)];
}

function roundTheCorner(from: Box, to: Box): readonly Point[] {
  const x = right(from) - CORNER;
  const [, level] = centre(to);
  return [
    [x, bottom(from)],
    [x, level],
    [to.x, level],
  ];
}

/** The middle of the overlap of two stretches. */
function shared(start: number, end: number, otherStart: number, otherEnd: number): number | undefined {
  const [first, last] = [Math.max(start, otherStart), Math.min(end, otherEnd)];
  return last - first > 8 ? (first + last) / 2 : undefined;
}

/** A label over the first part of a line, or beside a part that goes up or down. */
function drawLabel(text: string, [start = [0, 0], next = start]: readonly Point[]): string {
  const [[x, y], [nextX, nextY]] = [start, next];
  if (x === nextX) return label(text, x + 8, (y + nextY) / 2 + 4);
  return label(text, (x + nextX) / 2, y - 5, "middle");
}
