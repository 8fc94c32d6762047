import { type Box, bottom, centre, right } from "./box.ts";

export type Kind = "actor" | "gateway" | "function" | "bus" | "queue" | "dead-letters" | "store";

export type Shape = {
  readonly kind: Kind;
  readonly box: Box;
  readonly title: string;
  readonly lines?: readonly string[];
  /** It is not in every stack. */
  readonly optional?: boolean;
};

export const INK = "#1f2937";
export const FAINT = "#64748b";
const LINE_HEIGHT = 14;
const TITLE_HEIGHT = 16;
/** The rounding of a cylinder's ends. */
const CAP = 7;

const COLOURS: Readonly<Record<Kind, readonly [fill: string, stroke: string]>> = {
  actor: ["#ffffff", "#475569"],
  gateway: ["#f5f3ff", "#7c3aed"],
  function: ["#fff7ed", "#ea580c"],
  bus: ["#fdf2f8", "#db2777"],
  queue: ["#fdf2f8", "#db2777"],
  "dead-letters": ["#f8fafc", "#94a3b8"],
  store: ["#eff6ff", "#2563eb"],
};

export function drawShape(shape: Shape): string {
  return `<g>${outline(shape)}${drawText(shape)}</g>`;
}

/** A frame with its name in its upper left corner. */
export function drawFrame(title: string, { x, y, width, height }: Box): string {
  const rectangle = `<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="10" fill="none" stroke="#cbd5e1"/>`;
  return `${rectangle}${label(title, x + 12, y + 17)}`;
}

export function label(text: string, x: number, y: number, anchor = "start"): string {
  return `<text x="${x}" y="${y}" text-anchor="${anchor}" font-size="11" fill="${FAINT}">${escaped(text)}</text>`;
}

export function heading(text: string, x: number, y: number): string {
  return `<text x="${x}" y="${y}" font-size="15" font-weight="600" fill="${INK}">${escaped(text)}</text>`;
}

function outline({ kind, box, optional }: Shape): string {
  const [fill, stroke] = COLOURS[kind];
  const style = `fill="${fill}" stroke="${stroke}"${optional ? ' stroke-dasharray="5 3"' : ""}`;
  if (kind === "store") return cylinder(box, style);
  const { x, y, width, height } = box;
  const rounding = kind === "actor" ? Math.min(height / 2, 20) : 6;
  const rectangle = `<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="${rounding}" ${style}/>`;
  return kind === "queue" || kind === "dead-letters" ? `${rectangle}${messages(box, stroke)}` : rectangle;
}

function cylinder(box: Box, style: string): string {
  const { x, y, width } = box;
  const [top, end, half] = [y + CAP, bottom(box) - CAP, width / 2];
  const lid = `a ${half} ${CAP} 0 0 1 ${width} 0`;
  const body = `M ${x} ${top} ${lid} V ${end} a ${half} ${CAP} 0 0 1 ${-width} 0 Z`;
  return `<path d="${body}" ${style}/><path d="M ${x} ${top} a ${half} ${CAP} 0 0 0 ${width} 0" ${style}/>`;
}

/** Bars at the head of a queue. */
function messages(box: Box, stroke: string): string {
  return [7, 12, 17]
    .map((from) => right(box) - from)
    .map((x) => `<path d="M ${x} ${box.y + 7} V ${bottom(box) - 7}" stroke="${stroke}" opacity="0.5"/>`)
    .join("");
}

function drawText({ kind, box, title, lines = [] }: Shape): string {
  const [middle, level] = centre(box);
  const isQueue = kind === "queue" || kind === "dead-letters";
  const x = isQueue ? middle - 8 : middle;
  const first = level - (lines.length * LINE_HEIGHT) / 2 + (kind === "store" ? CAP : 4);
  const [size, weight] = kind === "dead-letters" ? [11, 400] : [13, 600];
  const name = `<text x="${x}" y="${first}" text-anchor="middle" font-size="${size}" font-weight="${weight}" fill="${INK}">${escaped(title)}</text>`;
  const rest = lines.map((line, index) => label(line, x, first + TITLE_HEIGHT + index * LINE_HEIGHT, "middle"));
  return [name, ...rest].join("");
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
