import { globSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { describe, expect, it } from "vitest";
import { idsOfPage, problemsOf, textsOf } from "../support/title-ids.ts";

const PAGE = "tests/IDS.md";

/** Installed or built folders, which are not in the repository. */
const FOREIGN = new Set(["node_modules", "dist", "reports", ".aws-sam", ".git", ".venv"]);

function read(pattern: string | readonly string[], but: string) {
  const files = globSync(pattern, { exclude: (path) => FOREIGN.has(basename(path)) });
  return files.filter((file) => file !== but).map((file) => ({ file, text: readFileSync(file, "utf8") }));
}

const page = readFileSync(PAGE, "utf8");

/** All test files except this one, which has planted ids. */
const texts = read(["tests/**/*.ts", "packages/*/tests/**/*.ts"], "tests/docs/test-ids.test.ts").flatMap(
  ({ file, text }) => textsOf(file, text),
);
const others = read(["**/*.md", "src/**/*.ts", "packages/*/src/**/*.ts", "infra/*.yaml"], PAGE);

describe("tests/IDS.md and the titles of tests", () => {
  it("are found", () => {
    expect(idsOfPage(page).length).toBeGreaterThan(200);
    expect(texts.filter(({ isTitle }) => isTitle).length).toBeGreaterThan(1000);
    expect(others.map(({ file }) => file)).toEqual(expect.arrayContaining(["SECURITY.md", "infra/template.yaml"]));
  });

  it("have the same ids, each once on the page and with its kind in the titles", () => {
    expect(problemsOf({ page, texts, others })).toEqual([]);
  });
});

const ROWS = "| id | meaning |\n| -- | -- |\n| attack:D5 | `exp` is over. |\n| inv:12 | It ends the same. |\n";
const TITLES = 'it("attack:D5 exp now", f); it.each([["inv:12 twice"]])("ends: %s", f);';

describe("a fault between page and titles is found", () => {
  it.each<[string, { page?: string; source?: string; document?: string }, readonly string[]]>([
    ["none", {}, []],
    ["an id without a row", { source: 'it("attack:D6 nbf", f);' }, ["a.test.ts: attack:D6 has no row in tests/IDS.md"]],
    [
      "a kind without a table, in a row of a table",
      { source: 'it.each([["proto:S8 an id"]])("%s", f);' },
      ["a.test.ts: proto:S8 has no row in tests/IDS.md"],
    ],
    ["a row without a title", { page: "| gw:close-1 | 1005. |\n" }, ["tests/IDS.md: gw:close-1 is in no title"]],
    ["two rows of one id", { page: "| inv:12 | Again. |\n" }, ["tests/IDS.md: inv:12 has two rows"]],
    [
      "an id without its kind, in a title",
      { source: 'describe.skipIf(x)("ends (E5)", f);' },
      ['a.test.ts: E5 is without its kind in "ends (E5)"'],
    ],
    [
      "two of them, in a row of a table",
      { source: `const rows = [["H-20 P2 404"], { title: "I12 twice" }];` },
      [
        'a.test.ts: H-20 is without its kind in "H-20 P2 404"',
        'a.test.ts: P2 is without its kind in "H-20 P2 404"',
        'a.test.ts: I12 is without its kind in "I12 twice"',
      ],
    ],
    [
      "an id and a group in a document",
      { document: "rows `attack:D*`, `attack:K*` and `inv:9`" },
      ["a.md: attack:K* has no row in tests/IDS.md", "a.md: inv:9 has no row in tests/IDS.md"],
    ],
  ])("%s", (_fault, { page: more = "", source = "", document = "" }, expected) => {
    const planted = textsOf("a.test.ts", TITLES + source);
    const cited = [{ file: "a.md", text: document }];
    expect(problemsOf({ page: ROWS + more, texts: planted, others: cited })).toEqual(expected);
  });
});
