import { drawSystem } from "./draw.ts";
import { functionsDocument } from "./functions-document.ts";
import { mermaid } from "./mermaid.ts";
import type { System } from "./system.ts";

const BEGIN = "<!-- made by npm run diagram -->";
const END = "<!-- end of what it makes -->";

/** What `npm run diagram` writes, given what stands in a file until then. */
export const DOCUMENTS: readonly (readonly [file: string, render: (system: System, present: string) => string])[] = [
  ["docs/diagram.svg", drawSystem],
  ["docs/functions.md", functionsDocument],
  ["README.md", (system, present) => withDiagram(present, mermaid(system))],
];

/** Everything outside the two markers stays. */
function withDiagram(text: string, diagram: string): string {
  const [before, after] = [text.indexOf(BEGIN), text.indexOf(END)];
  if (before < 0 || after < before) throw new Error(`expected ${BEGIN} and then ${END}`);
  return `${text.slice(0, before)}${BEGIN}\n\n\`\`\`mermaid\n${diagram}\n\`\`\`\n\n${text.slice(after)}`;
}
