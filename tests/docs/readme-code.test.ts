import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, describe, it } from "vitest";

/** The TypeScript of the README, in its order: a rule, and the body of its test. */
const [rule = "", test = ""] = [...readFileSync("README.md", "utf8").matchAll(/^```ts\n(.*?)^```$/gms)].map(
  ([, code]) => code ?? "",
);

const folder = mkdtempSync(join(tmpdir(), "portcullis-readme-"));

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The two blocks as one module, with the imports that they leave out. */
function writeModule(): string {
  const file = join(folder, "readme.ts");
  const imports = [
    `import type { AccessPolicy } from ${JSON.stringify(resolve("src/application/ports/access-policy.ts"))};`,
    `import type { AccessDecision } from ${JSON.stringify(resolve("src/domain/grants/access-decision.ts"))};`,
    "type UserId = never; type EntityId = never;",
  ];
  writeFileSync(file, `${imports.join("\n")}\n${rule}\nexport const run = (it, expect) => {\n${test}\n};\n`);
  return file;
}

describe("the code in README.md", async () => {
  const { run } = await import(writeModule());
  const { expect } = await import("vitest");

  it("has a rule and the rule's test", () => {
    expect(rule).toContain("AccessPolicy");
    expect(test).toContain("expect(");
  });

  run(it, expect);
});
