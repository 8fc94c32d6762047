import { drawSystem } from "./draw.ts";
import { functionsDocument } from "./functions-document.ts";
import type { System } from "./system.ts";

/** The files that `npm run diagram` writes. */
export const DOCUMENTS: readonly (readonly [file: string, render: (system: System) => string])[] = [
  ["docs/diagram.svg", drawSystem],
  ["docs/functions.md", functionsDocument],
];
