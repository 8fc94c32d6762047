import { existsSync, globSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { CHECK_ANSWERS, CLOSE_CODES, DETAIL_TYPES, DISCONNECT_CODES, ERRORS } from "@portcullis/protocol";
import { describe, expect, it } from "vitest";

/** Installed, built or downloaded folders, which are not in the repository. */
const FOREIGN = new Set(["node_modules", "dist", "reports", ".aws-sam", ".git", ".venv"]);

const files = globSync("**/*.*", { exclude: (path) => FOREIGN.has(basename(path)) });
const documents = files.filter((file) => file.endsWith(".md"));
const sources = files.filter((file) => file.startsWith("src/") && file.endsWith(".ts"));

/** A document names paths from the root or from src, and a package's document also from the package. */
const ROOTS = ["", "src"];

function rootsOf(document: string): readonly string[] {
  return document.startsWith("packages/") ? [...ROOTS, document.split("/", 2).join("/")] : ROOTS;
}

const TOP = new Set(files.flatMap((file) => [file.split("/", 1)[0] ?? "", file.split("/", 2)[1] ?? ""]));

/** The output of `npm run build` for a handler. */
const BUILT = new Set(["index.mjs", "bundle.cjs"]);

/** Files that a page lets its readers write. */
const OF_READERS = new Set(["public-entities.ts"]);

const FILE_NAME = /^[\w.-]+\.(?:ts|mjs|cjs|md|ya?ml|json|toml)$/;

function textOf(document: string): string {
  return readFileSync(document, "utf8");
}

function matchesIn(document: string, pattern: RegExp): string[] {
  return [...textOf(document).matchAll(pattern)].map(([, found]) => found ?? "");
}

function isPath(text: string): boolean {
  if (FILE_NAME.test(text)) return true;
  return /^[\w.@*-]+(?:\/[\w.@*-]*)+$/.test(text) && TOP.has(text.split("/", 1)[0] ?? "");
}

function existsSomewhere(path: string, roots: readonly string[] = ROOTS): boolean {
  if (existsSync(path) || BUILT.has(path) || OF_READERS.has(path)) return true;
  if (!path.includes("/")) return files.some((file) => basename(file) === path);
  const folder = path.replace(/\/?\*[^/]*$/, "");
  return roots.some((root) => existsSync(join(root, folder)) || globSync(join(root, path)).length > 0);
}

/** A section of the protocol's page, up to the next heading. */
function sectionOf(heading: string): string {
  return textOf("docs/protocol.md").split(`${heading}\n`)[1]?.split(/\n##/)[0] ?? "";
}

function codesIn(heading: string): string[] {
  return [...sectionOf(heading).matchAll(/^\| `([A-Z_]+)` +\|/gm)].map(([, code = ""]) => code);
}

describe("the documents", () => {
  it("are found", () => {
    expect(documents).toEqual(expect.arrayContaining(["README.md", "ARCHITECTURE.md", "docs/protocol.md"]));
    expect(isPath("tests/no-such-file.ts")).toBe(true);
    expect(existsSomewhere("tests/no-such-file.ts")).toBe(false);
  });

  it.each(documents)("%s has no broken link", (document) => {
    const targets = matchesIn(document, /\]\((?!https?:|#|mailto:)([^)\s#]+)/g);
    expect(targets.filter((target) => !existsSync(join(dirname(document), target)))).toStrictEqual([]);
  });

  it.each(documents)("%s names no path that does not exist", (document) => {
    const paths = matchesIn(document, /`([^`\s]+)`/g).filter(isPath);
    expect(paths.filter((path) => !existsSomewhere(path, rootsOf(document)))).toStrictEqual([]);
  });

  it.each(documents)("%s names no npm script that does not exist", (document) => {
    const { scripts } = JSON.parse(textOf("package.json"));
    const names = matchesIn(document, /npm (?=start|test|run )(?:run (?:--silent )?)?([\w:-]+)/g);
    expect(names.filter((name) => !(name in scripts))).toStrictEqual([]);
  });

  it.each(documents)("%s names no benchmark that does not exist", (document) => {
    const names = matchesIn(document, /npm run bench -- ([\w-]+)/g);
    expect(names.filter((name) => !existsSync(`benchmarks/${name}.ts`))).toStrictEqual([]);
  });

  it("docs/protocol.md lists every code of an error frame, and no other", () => {
    const declared = Object.keys(ERRORS);
    expect(codesIn("### Error frames").sort()).toStrictEqual(declared.sort());
  });

  it("docs/protocol.md lists every code of a last frame, and no other", () => {
    expect(codesIn("### The last frame").sort()).toStrictEqual(Object.keys(DISCONNECT_CODES).sort());
  });

  it("docs/protocol.md lists every answer of the check endpoint with its status, and no other", () => {
    const listed = [...sectionOf("### Why a handshake is refused").matchAll(/^\| (\d{3})[\d, ]* \| `([A-Z_]+)` +\|/gm)];
    const answers = Object.entries(CHECK_ANSWERS).map(([code, { status }]) => `${status} ${code}`);
    expect(listed.map(([, status, code]) => `${status} ${code}`).sort()).toStrictEqual(answers.sort());
  });

  it("docs/protocol.md lists every close code, and no other", () => {
    const listed = matchesIn("docs/protocol.md", /^\| (\d{4}) \|/gm).map(Number);
    // 1006 is never sent: the page says where a browser shows it.
    expect(textOf("docs/protocol.md")).toContain("close code 1006");
    expect([...listed, CLOSE_CODES.ABNORMAL].sort()).toStrictEqual(Object.values(CLOSE_CODES).sort());
  });

  it("docs/protocol.md lists every detail-type, and no other", () => {
    const table = textOf("docs/protocol.md").split("## Events from publishers")[1]?.split("\n## ")[0] ?? "";
    const listed = [...table.matchAll(/^\| `([^`]+)` +\|/gm)].map(([, found]) => found);
    expect(listed).toStrictEqual(Object.values(DETAIL_TYPES));
  });

  it("docs/protocol.md lists every route that the template declares", () => {
    // A route is a key with a function of its own, or a resource without one; those of the gateway begin with a dollar.
    const withFunction = matchesIn("infra/template.yaml", /^ +(\w+):\n +FunctionArn:/gm);
    const actions = [...withFunction, ...matchesIn("infra/template.yaml", /^ +RouteKey: (\w+)$/gm)];
    expect(actions).toEqual(expect.arrayContaining(["subscribe", "ping"]));
    const section = textOf("docs/protocol.md").split("## Messages from the client")[1]?.split("\n## ")[0] ?? "";
    const table = section.split("\n### ")[0] ?? "";
    expect([...table.matchAll(/^\| `(\w+)` +\|/gm)].map(([, action]) => action).sort()).toStrictEqual(actions.sort());
  });

  it("docs/settings.md lists every setting that a function reads and Lambda does not set itself, and no other", () => {
    const read = sources
      .filter((file) => file.startsWith("src/entrypoints/composition/"))
      .flatMap((file) => matchesIn(file, /settings\s*\.\w+\(\s*"((?!AWS_)[A-Z][A-Z0-9_]+)"/g));
    const listed = matchesIn("docs/settings.md", /^\| (`[A-Z].*?) \|/gm).flatMap(
      (cell) => cell.match(/[A-Z][A-Z0-9_]+/g) ?? [],
    );
    expect(listed.sort()).toStrictEqual([...new Set(read)].sort());
  });

  it("docs/settings.md lists every flag of npm start, with its variable", async () => {
    const { HELP } = await import("../../src/entrypoints/local/options.ts");
    const flags = [...HELP.matchAll(/^ {2}(--[\w-]+)/gm)].map(([, flag]) => flag);
    const variables = [...HELP.matchAll(/\((PORTCULLIS_\w+)/g)].map(([, variable]) => variable);
    const rows = [...textOf("docs/settings.md").matchAll(/^\| `(--[\w-]+)` +\|(?: `(\w+)`)?/gm)];
    expect(rows.map(([, flag]) => flag)).toStrictEqual(flags);
    expect(rows.flatMap(([, , variable]) => variable ?? [])).toStrictEqual(variables);
  });
});
