import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

/** At least one violation of each rule of .dependency-cruiser.cjs: the rule, the folder's file, and the import. */
const PLANTED: readonly (readonly [rule: string, file: string, source: string])[] = [
  ["domain-knows-only-domain", "src/domain/planted.ts", 'import "../application/planted.ts";'],
  ["domain-knows-only-domain", "src/domain/planted.ts", 'import "node:fs";'],
  ["application-knows-only-the-core", "src/application/planted.ts", 'import "jose";'],
  ["application-knows-only-the-core", "src/application/planted.ts", 'import "../adapters/jose/planted.ts";'],
  ["adapters-do-not-know-entrypoints", "src/adapters/jose/planted.ts", 'import "../../entrypoints/lambda/planted.ts";'],
  ["adapters-do-not-know-one-another", "src/adapters/jose/planted.ts", 'import "../pino/planted.ts";'],
  ["what-adapters-share-knows-no-adapter", "src/adapters/planted.ts", 'import "./pino/planted.ts";'],
  ["handlers-know-only-events", "src/entrypoints/lambda/planted.ts", 'import "../../adapters/jose/planted.ts";'],
  ["handlers-know-only-events", "src/entrypoints/lambda/planted.ts", 'import "../../adapters/jose/planted-event.ts";'],
  ["handlers-do-not-compose", "src/entrypoints/lambda/handlers/planted.ts", 'import "../../composition/planted.ts";'],
  ["handlers-do-not-compose", "src/entrypoints/lambda/middleware/planted.ts", 'import "../../composition/planted.ts";'],
  ["inversify-only-in-the-composition-root", "src/adapters/jose/planted.ts", 'import "inversify";'],
  ["inversify-only-in-the-composition-root", "src/entrypoints/lambda/planted.ts", 'import "reflect-metadata";'],
  ["middy-only-in-lambda-entrypoints", "src/entrypoints/composition/planted.ts", 'import "@middy/core";'],
  ["middy-only-in-lambda-entrypoints", "src/adapters/jose/planted.ts", 'import "middy";'],
  ["nothing-shipped-knows-the-local-runtime", "src/entrypoints/lambda/planted.ts", 'import "../local/planted.ts";'],
  ["no-cycles", "src/adapters/jose/planted.ts", 'import "./planted-too.ts";'],
  ["everything-resolves", "src/adapters/jose/planted.ts", 'import "./missing.ts";'],
  ["domain-knows-only-domain", "src/domain/planted.ts", 'import "@portcullis/protocol";'],
  ["application-knows-only-the-core", "src/application/planted.ts", 'import "@portcullis/emulator";'],
  [
    "only-the-local-entrypoint-knows-the-emulator",
    "src/entrypoints/lambda/planted.ts",
    'import "@portcullis/emulator/template";',
  ],
  [
    "packages-know-nothing-of-the-product",
    "packages/emulator/src/planted.ts",
    'import "../../../src/domain/planted.ts";',
  ],
  ["packages-know-nothing-of-the-product", "packages/emulator/tests/planted.ts", 'import "../../../tests/planted.ts";'],
  ["packages-do-not-know-one-another", "packages/emulator/src/planted.ts", 'import "../../protocol/src/planted.ts";'],
  ["packages-do-not-know-one-another", "packages/protocol/src/planted.ts", 'import "@portcullis/emulator";'],
  ["protocol-knows-only-zod", "packages/protocol/src/planted.ts", 'import "../../../src/domain/planted.ts";'],
  ["protocol-knows-only-zod", "packages/protocol/src/schemas/planted.ts", 'import "pino";'],
  ["protocol-needs-zod-only-for-schemas", "packages/protocol/src/planted.ts", 'import "zod/mini";'],
  ["protocol-needs-zod-only-for-schemas", "packages/protocol/src/planted.ts", 'import "./schemas/planted.ts";'],
  ["application-knows-only-the-core", "src/application/planted.ts", 'import "@portcullis/protocol";'],
  ["packages-ship-no-tests", "packages/emulator/src/planted.ts", 'import "../tests/planted.ts";'],
];

/** The files that planted imports name. */
const TARGETS: readonly (readonly [file: string, source: string])[] = [
  ["src/application/planted.ts", "export {};"],
  ["src/adapters/jose/planted.ts", "export {};"],
  ["src/adapters/jose/planted-event.ts", "export {};"],
  ["src/adapters/pino/planted.ts", "export {};"],
  ["src/entrypoints/composition/planted.ts", "export {};"],
  ["src/entrypoints/lambda/planted.ts", "export {};"],
  ["src/entrypoints/local/planted.ts", "export {};"],
  ["src/domain/planted.ts", "export {};"],
  ["tests/planted.ts", "export {};"],
  ["packages/emulator/src/planted.ts", "export {};"],
  ["packages/emulator/tests/planted.ts", "export {};"],
  ["packages/protocol/src/planted.ts", "export {};"],
  ["packages/protocol/src/schemas/planted.ts", "export {};"],
];

/** Each violation has a file of its own, so that one run of dependency-cruiser shows which rule catches which file. */
const CASES = PLANTED.map(([rule, file, source], index) => ({
  rule,
  file: file.replace(/planted\.ts$/, `violation-${index}.ts`),
  source,
}));

/** The second half of the planted cycle imports the first. */
const CYCLE = CASES.filter(({ rule }) => rule === "no-cycles").map(({ file }): readonly [string, string] => [
  join(dirname(file), "planted-too.ts"),
  `import "./${basename(file)}";`,
]);

type Violation = { readonly from: string; readonly to: string; readonly rule: { readonly name: string } };

const project = mkdtempSync(join(tmpdir(), "portcullis-rings-"));

function write(file: string, source: string): void {
  const path = join(project, file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${source}\n`);
}

function cruise(): { readonly violations: readonly Violation[]; readonly modules: number } {
  const { stdout } = spawnSync(
    resolve("node_modules/.bin/depcruise"),
    ["--config", ".dependency-cruiser.cjs", "--output-type", "json", "src", "packages"],
    { cwd: project, encoding: "utf8", maxBuffer: 64 * 1024 * 1024 },
  );
  const { summary } = JSON.parse(stdout);
  return { violations: summary.violations, modules: summary.totalCruised };
}

beforeAll(() => {
  for (const file of [".dependency-cruiser.cjs", "tsconfig.json", "package.json"]) cpSync(file, join(project, file));
  symlinkSync(resolve("node_modules"), join(project, "node_modules"));
});

afterAll(() => rmSync(project, { recursive: true, force: true }));

describe("the ring rules", () => {
  let found: ReturnType<typeof cruise>;
  beforeAll(() => {
    for (const [file, source] of [...TARGETS, ...CYCLE]) write(file, source);
    for (const { file, source } of CASES) write(file, source);
    found = cruise();
  });

  it.each(CASES)("$rule catches, in $file, $source", ({ rule, file }) => {
    // A cycle is reported at either of its files.
    const violations = found.violations.filter(({ from, to }) => from === file || to === file);
    const rules = violations.map((violation) => violation.rule.name);
    expect(rules).toContain(rule);
  });

  it("catch nothing in a file without a violation", () => {
    const planted = new Set([...CASES.map(({ file }) => file), ...CYCLE.map(([file]) => file)]);
    expect(found.modules).toBeGreaterThanOrEqual(CASES.length);
    expect(found.violations.filter(({ from }) => !planted.has(from))).toEqual([]);
  });

  it("have a planted violation each", () => {
    const { forbidden } = createRequire(import.meta.url)(resolve(".dependency-cruiser.cjs"));
    const rules = forbidden.map(({ name }: { readonly name: string }) => name);
    expect(new Set(PLANTED.map(([rule]) => rule))).toEqual(new Set(rules));
  });
});

describe("the core's compiler settings", () => {
  it.each([
    "process.exit()",
    "setTimeout(() => {}, 1)",
    'fetch("http://example.com")',
    "console.log(1)",
    'import("node:fs")',
  ])("do not know %s", (statement) => {
    const file = join(project, "core.ts");
    writeFileSync(file, `export async function planted() { ${statement}; }\n`);
    writeFileSync(
      join(project, "tsconfig.planted.json"),
      JSON.stringify({ extends: resolve("tsconfig.core.json"), files: [file], include: [] }),
    );
    const { status, stdout } = spawnSync(resolve("node_modules/.bin/tsc"), ["-p", "tsconfig.planted.json"], {
      cwd: project,
      encoding: "utf8",
    });
    expect(stdout).toMatch(/core\.ts.*error TS/);
    expect(status).not.toBe(0);
  });
});
