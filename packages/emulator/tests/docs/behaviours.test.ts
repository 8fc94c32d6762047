import { globSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

const HERE = "packages/emulator";
const OWN_FILE = `${HERE}/tests/docs/behaviours.test.ts`;

type Row = { readonly id: string; readonly behaviour: string; readonly pinnedBy: readonly string[] };

/** The rows of the tables, without their heads. */
function rowsOf(page: string): readonly Row[] {
  return [...page.matchAll(/^\| ([A-Z]-\d\d) +\| (.+?) +\| (.+?) +\|$/gm)].map(
    ([, id = "", behaviour = "", pinnedBy = ""]) => ({ id, behaviour, pinnedBy: pinnedBy.split(", ") }),
  );
}

/** The ids that stand at the front of a text, as titles and the first cells of rows have them. */
function idsIn(source: string): readonly string[] {
  const fronts = [...source.matchAll(/["`]((?:[a-z]+:[\w-]+ |[A-Z]{2}-\d+ )+)/g)];
  return fronts.flatMap(([, front = ""]) => front.trim().split(" "));
}

/** The places in the last column that do not exist. */
function missing(page: string, places: ReadonlySet<string>): readonly string[] {
  return rowsOf(page).flatMap(({ id, pinnedBy }) =>
    pinnedBy.filter((place) => !places.has(place)).map((place) => `${id}: ${place}`),
  );
}

const page = readFileSync(`${HERE}/docs/behaviours.md`, "utf8");
const tests = globSync(`${HERE}/tests/**/*.test.ts`).filter((file) => file !== OWN_FILE);
const differences = readFileSync(`${HERE}/docs/fidelity.md`, "utf8").matchAll(/^\| ([A-Z]{2}-\d+) /gm);
const places = new Set([
  ...tests.flatMap((file) => idsIn(readFileSync(file, "utf8"))),
  ...[...differences].map(([, id = ""]) => id),
]);

describe("docs/behaviours.md", () => {
  it("has a row for each behaviour, once, in order", () => {
    const rows = rowsOf(page);
    expect(rows.length).toBe(page.split("\n").filter((line) => /^\| [A-Z]-/.test(line)).length);
    expect(rows.length).toBe(152);
    for (const group of new Set(rows.map(({ id }) => id[0]))) {
      const ids = rows.map(({ id }) => id).filter((id) => id[0] === group);
      expect(ids).toEqual([...new Set(ids)].toSorted());
    }
  });

  it("names only tests and differences that exist", () => {
    expect(missing(page, places)).toEqual([]);
  });

  it.each([
    ["a test that no title names", "other:handshake-1"],
    ["a difference without a row", "AG-999"],
    ["no place at all", "-"],
    ["a second place that is wrong", "gw:handshake-1, AG-999"],
  ])("would be refused with %s", (_, cell) => {
    expect(missing(`| H-01 | A behaviour | ${cell} |`, places)).toEqual([`H-01: ${cell.split(", ").at(-1)}`]);
  });
});
