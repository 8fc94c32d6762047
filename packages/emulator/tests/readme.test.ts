import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { HELP } from "../src/command/options.ts";
import { FAULT_KINDS, type FaultKind } from "../src/faults/fault-kinds.ts";
import * as door from "../src/index.ts";

const PACKAGE = "packages/emulator";
const readme = readFileSync(`${PACKAGE}/README.md`, "utf8");
const faultsPage = readFileSync(`${PACKAGE}/docs/faults-and-time.md`, "utf8");
const manifest = JSON.parse(readFileSync(`${PACKAGE}/package.json`, "utf8"));

describe("the README", () => {
  const start = readme.split("\n").slice(0, 27).join("\n");

  it("says in 27 lines how to install and run the command, and has a whole program", () => {
    const [, major] = /^>=(\d+)$/.exec(manifest.engines.node) ?? [];

    expect(start).toContain(`Node.js ${major} or later`);
    expect(start).toContain(`npm install ./portcullis-emulator-${manifest.version}.tgz`);
    expect(start).toContain(`npx ${Object.keys(manifest.bin)[0]} `);
    expect(start).toContain("node run.mjs");
    expect(start).toMatch(/```js\nimport [^\n]* from "@portcullis\/emulator";\n.*npx wscat -c .*\n```$/s);
  });

  it("has a row for each option of runTemplate, in the order of the type", () => {
    const source = readFileSync(`${PACKAGE}/src/run-template.ts`, "utf8");
    const [type = ""] = /^export type RunTemplateOptions = \{.*?^\};/ms.exec(source) ?? [];
    const options = [...type.matchAll(/^ {2}readonly (\w+)\??:/gm)].map(([, name]) => name);
    const [, table = ""] = /^## Options of runTemplate\n(.*)/ms.exec(readme) ?? [];
    const rows = [...table.matchAll(/^\| `(\w+)`/gm)].map(([, name]) => name);

    expect(options).toContain("template");
    expect(rows).toEqual(options);
  });

  it("links a page with a row for each kind of fault, with its members", () => {
    const rows = [...faultsPage.matchAll(/^\| `([\w-]+)` +\|[^|]+\| ([^|]+) \|$/gm)]
      .filter(([, kind = ""]) => kind in FAULT_KINDS)
      .map(([, kind, members]) => [kind, members?.trim().replaceAll("`", "")]);
    const kinds = Object.entries<FaultKind>(FAULT_KINDS).map(([kind, { target, settings = {} }]) => [
      kind,
      [...(target === undefined ? [] : [target]), ...Object.keys(settings)].join(", "),
    ]);
    expect(rows).toEqual(kinds);
    expect(readme).toContain("](docs/faults-and-time.md)");
  });

  it("has a row for each flag of the command, in the order of its help", () => {
    const flags = [...HELP.matchAll(/^ {2}--([\w-]+)/gm)].map(([, name]) => name).filter((name) => name !== "help");
    const [, section = ""] = /^## Flags of the command\n(.*?)^## /ms.exec(readme) ?? [];
    const rows = [...section.matchAll(/^\| `--([\w-]+)/gm)].map(([, name]) => name);

    expect(flags).toContain("template");
    expect(rows).toEqual(flags);
    expect(readme).toContain(`npx ${Object.keys(manifest.bin)[0]} --template`);
  });

  it.each(["runTemplate", "containFaults", "makeFramePrinter", "makeEventPrinter", "TemplateError", "ParameterError"])(
    "names %s, which is exported",
    (name) => {
      expect(readme).toContain(name);
      expect(door).toHaveProperty(name);
    },
  );
});
