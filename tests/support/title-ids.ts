import ts from "typescript";

/** A string of a test file: a title, a part of one, a row's first cell, or data. */
export type TestText = { readonly file: string; readonly text: string; readonly isTitle: boolean };

type Sources = {
  /** The text of tests/IDS.md. */
  readonly page: string;
  readonly texts: readonly TestText[];
  /** Documents and sources: the ids that they cite must be on the page too. */
  readonly others: readonly { readonly file: string; readonly text: string }[];
};

const TITLED = /^(?:it|test|describe)\b/;

/** An id without its kind, as in `D5 exp now`. */
const BARE = /(?<![\w.+:/-])[A-Z]-?\d{1,2}(?![\w-])/g;

/** A word that looks like an id, also of a kind that is not on the page. */
const KIND_AND_ID = /^[a-z_]+:[\w.-]*\d$/;

/** All strings of a test file. */
export function textsOf(file: string, source: string): readonly TestText[] {
  const texts: TestText[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteralLike(node) || ts.isTemplateHead(node)) {
      texts.push({ file, text: node.text, isTitle: isTitle(ts.isTemplateHead(node) ? node.parent : node) });
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, source, ts.ScriptTarget.Latest, true));
  return texts;
}

function isTitle(node: ts.Node): boolean {
  const { parent } = node;
  return ts.isCallExpression(parent) && parent.arguments[0] === node && TITLED.test(parent.expression.getText());
}

/** The ids in the first cells of the page's tables, in their order. */
export function idsOfPage(page: string): readonly string[] {
  return [...page.matchAll(/^\| (\S+) +\|/gm)].map(([, cell = ""]) => cell).filter((cell) => /^\w.*\d$/.test(cell));
}

/** The differences between the page of ids and the titles, one sentence each. */
export function problemsOf({ page, texts, others }: Sources): readonly string[] {
  const rows = idsOfPage(page);
  const known = new Set(rows);
  const pattern = patternOf(rows);
  const cited = texts.map(({ file, text }) => ({ file, ids: citedIn(text, pattern) }));
  const used = new Set(cited.flatMap(({ ids }) => ids));
  return [
    ...rows.filter((id, index) => rows.indexOf(id) < index).map((id) => `tests/IDS.md: ${id} has two rows`),
    ...rows.filter((id) => !used.has(id)).map((id) => `tests/IDS.md: ${id} is in no title`),
    ...cited.flatMap(({ file, ids }) => unknown(file, ids, known)),
    ...others.flatMap(({ file, text }) => unknown(file, citedIn(text, pattern), known)),
    ...texts.flatMap((text) => bareIn(text).map((id) => `${text.file}: ${id} is without its kind in "${text.text}"`)),
  ];
}

function unknown(file: string, ids: readonly string[], known: ReadonlySet<string>): readonly string[] {
  return ids.filter((id) => !isKnown(id, known)).map((id) => `${file}: ${id} has no row in tests/IDS.md`);
}

/** A document may cite a group, as `attack:D*`. */
function isKnown(id: string, known: ReadonlySet<string>): boolean {
  return id.endsWith("*") ? [...known].some((row) => row.startsWith(id.slice(0, -1))) : known.has(id);
}

/** Ids of the page's kinds. */
function patternOf(rows: readonly string[]): RegExp {
  const kinds = [...new Set(rows.flatMap((id) => (id.includes(":") ? [id.split(":", 1)[0]] : [])))];
  return new RegExp(`(?<![\\w:])(?:(?:${kinds.join("|")}):[\\w.-]*[\\w*]|CKV_AWS_\\d+)`, "g");
}

/** Ids of the page's kinds anywhere, and words like ids in front of a title. */
function citedIn(text: string, pattern: RegExp): readonly string[] {
  const leading = leadingWords(text, (word) => KIND_AND_ID.test(word));
  return [...new Set([...(text.match(pattern) ?? []), ...leading])];
}

function bareIn({ text, isTitle }: TestText): readonly string[] {
  if (isTitle) return text.match(BARE) ?? [];
  return leadingWords(text, (word) => word.replace(BARE, "") === "");
}

/** The leading words that pass the test; none if all words do. */
function leadingWords(text: string, isId: (word: string) => boolean): readonly string[] {
  const words = text.split(" ");
  const end = words.findIndex((word) => word === "" || !isId(word));
  return words.slice(0, Math.max(0, end));
}
