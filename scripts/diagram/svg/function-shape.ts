import type { SystemFunction } from "../system.ts";
import type { Box } from "./box.ts";
import type { Shape } from "./shapes.ts";

/** Characters of 11 pixels that fit into a column of functions. */
const CHARACTERS_PER_LINE = 31;

export const FUNCTION_HEIGHT = 70;

export function functionShape({ name, summary, condition }: SystemFunction, box: Box): Shape {
  return { kind: "function", box, title: name, lines: wrapped(summary), optional: condition !== undefined };
}

function wrapped(text: string): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const longer = `${lines.at(-1) ?? ""} ${word}`.trim();
    if (lines.length > 0 && longer.length <= CHARACTERS_PER_LINE) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}
