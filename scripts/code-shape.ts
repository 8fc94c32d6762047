// `node scripts/with-node.mjs scripts/code-shape.ts [folder …]`: how long files and functions are, a line for each folder.
// A function's length is its lines in the source. Functions nested in others count for themselves and in the outer one.
import { globSync, readFileSync } from "node:fs";
import ts from "typescript";

type FileShape = { readonly lines: number; readonly imports: number; readonly functions: readonly number[] };

const DEFAULT_FOLDERS = [
  "src",
  "src/domain",
  "src/application",
  "src/adapters",
  "src/entrypoints",
  "packages/*/src",
  "tests",
];
const SHORT_FILE_LINES = 15;

function shapeOf(file: string): FileShape {
  const source = ts.createSourceFile(file, readFileSync(file, "utf8"), ts.ScriptTarget.Latest, true);
  const lineAt = (position: number) => source.getLineAndCharacterOfPosition(position).line;
  const functions: number[] = [];
  const visit = (node: ts.Node): void => {
    const hasBody = ts.isFunctionLike(node) && "body" in node && node.body !== undefined;
    if (hasBody) functions.push(lineAt(node.end) - lineAt(node.getStart(source)) + 1);
    node.forEachChild(visit);
  };
  visit(source);
  return {
    lines: lineAt(source.end),
    imports: source.statements.filter((statement) => ts.isImportDeclaration(statement)).length,
    functions,
  };
}

function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

function spread(values: readonly number[]): string {
  return `${percentile(values, 0.5)} / ${percentile(values, 0.9)} / ${percentile(values, 1)}`;
}

function rowOf(folder: string): Readonly<Record<string, string | number>> {
  const files = globSync(`${folder}/**/*.ts`).map(shapeOf);
  const imports = files.map((file) => file.imports);
  return {
    folder,
    files: files.length,
    lines: files.reduce((sum, file) => sum + file.lines, 0),
    "file median / p90 / max": spread(files.map((file) => file.lines)),
    "function median / p90 / max": spread(files.flatMap((file) => file.functions)),
    [`files under ${SHORT_FILE_LINES} lines`]: files.filter((file) => file.lines < SHORT_FILE_LINES).length,
    "imports a file (max)": `${(imports.reduce((sum, count) => sum + count, 0) / files.length).toFixed(1)} (${Math.max(...imports)})`,
  };
}

const folders = process.argv.slice(2);
console.table((folders.length > 0 ? folders : DEFAULT_FOLDERS).map(rowOf));
