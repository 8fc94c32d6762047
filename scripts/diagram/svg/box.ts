/** In pixels, from the top left. */
export type Box = { readonly x: number; readonly y: number; readonly width: number; readonly height: number };

export type Point = readonly [x: number, y: number];

export function right({ x, width }: Box): number {
  return x + width;
}

export function bottom({ y, height }: Box): number {
  return y + height;
}

export function centre({ x, y, width, height }: Box): Point {
  return [x + width / 2, y + height / 2];
}

export function around(boxes: readonly Box[]): Box {
  const x = Math.min(...boxes.map((box) => box.x));
  const y = Math.min(...boxes.map((box) => box.y));
  return { x, y, width: Math.max(...boxes.map(right)) - x, height: Math.max(...boxes.map(bottom)) - y };
}

export function padded({ x, y, width, height }: Box, padding: number, above = padding): Box {
  return { x: x - padding, y: y - above, width: width + 2 * padding, height: height + padding + above };
}
