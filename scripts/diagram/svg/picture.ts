import { type Arrow, drawArrow } from "./arrows.ts";
import { around, type Box, padded } from "./box.ts";
import { drawFrame, drawShape, heading, type Shape } from "./shapes.ts";

const FRAME_PADDING = 12;
const FRAME_TITLE = 26;

/** The shapes placed so far, by the names of the template. */
export class Picture {
  readonly #shapes = new Map<string, Shape>();
  readonly #frames: string[] = [];
  readonly #arrows: string[] = [];
  readonly #headings: string[] = [];

  add(id: string, shape: Shape): Box {
    if (!this.#shapes.has(id)) this.#shapes.set(id, shape);
    return this.box(id);
  }

  box(id: string): Box {
    const shape = this.#shapes.get(id);
    if (shape === undefined) throw new Error(`${id} has no place in the picture`);
    return shape.box;
  }

  frame(title: string, boxes: readonly Box[]): Box {
    const box = padded(around(boxes), FRAME_PADDING, FRAME_TITLE);
    this.#frames.push(drawFrame(title, box));
    return box;
  }

  arrow(arrow: Arrow): void {
    this.#arrows.push(drawArrow(arrow));
  }

  heading(text: string, x: number, y: number): void {
    this.#headings.push(heading(text, x, y));
  }

  get content(): string {
    const shapes = [...this.#shapes.values()].map(drawShape);
    return [...this.#headings, ...this.#frames, ...this.#arrows, ...shapes].join("\n");
  }
}
