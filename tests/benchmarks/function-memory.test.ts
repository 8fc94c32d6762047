import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { shareOfCore, templateMegabytes } from "../../benchmarks/function-memory.ts";
import {
  describeTemplate,
  EVERY_FUNCTION,
  projectTemplate,
} from "../../packages/emulator/tests/support/project-template.ts";
import { functionNames } from "../../scripts/build.ts";

it("a share of a core grows with the memory, up to one core", () => {
  expect([1769 / 4, 1769, 3538].map(shareOfCore)).toEqual([0.25, 1, 1]);
});

it("the template gives every function its memory", () => {
  const megabytes = templateMegabytes();
  expect([...megabytes.keys()].toSorted()).toEqual(functionNames().toSorted());
  expect(Math.min(...megabytes.values())).toBeGreaterThanOrEqual(128);
});

/** The rows of the tables of memory in docs/deployment.md: a function, and the memory of its bold column. */
function boldMegabytes(): readonly (readonly [name: string, megabytes: number])[] {
  const chapter = readFileSync("docs/deployment.md", "utf8").split("\n## Memory\n")[1]?.split("\n## ")[0] ?? "";
  const cells = chapter.split("\n").flatMap((line) => (line.startsWith("|") ? [line.split("|").slice(1, -1)] : []));
  const columns = cells[0]?.map((cell) => Number(cell.replace(/\D/g, "")));
  return cells.flatMap((row): (readonly [string, number])[] => {
    const bold = row.findIndex((cell) => cell.includes("**"));
    return bold < 0 ? [] : [[row[0]?.replace(/[`\s]/g, "") ?? "", columns?.[bold] ?? Number.NaN]];
  });
}

it("docs/deployment.md has the template's memory of every function in bold, in both tables", () => {
  const { functions } = describeTemplate(projectTemplate(), EVERY_FUNCTION);
  const template = functions.map(({ logicalId, memoryMegabytes }) => [logicalId, memoryMegabytes] as const);
  const inOrder = (rows: readonly (readonly [string, number])[]) => rows.map(String).toSorted();
  expect(inOrder(boldMegabytes())).toEqual(inOrder([...template, ...template]));
});
