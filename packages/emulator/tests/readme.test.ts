import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { HELP } from "../src/command/options.ts";
import { FAULT_KINDS, type FaultKind } from "../src/faults/fault-kinds.ts";
import * as door from "../src/index.ts";

const PACKAGE = "packages/emulator";
const readme = readFileSync(`${PACKAGE}/README.md`, "utf8");
const manifest = JSON.parse(readFileSync(`${PACKAGE}/package.json`, "utf8"));

describe("the README", () => {
  const start = readme.split("\n").slice(0, 20).join("\n");

  it("says in 20 lines how to install, run and connect, with the whole program", () => {
    const [, major] = /^>=(\d+)$/.exec(manifest.engines.node) ?? [];

    expect(start).toContain(`Node.js ${major} or later`);
    expect(start).toContain(`npm install ./portcullis-emulator-${manifest.version}.tgz`);
    expect(start).toContain("node run.mjs");
    expect(start).toMatch(/```js\nimport [^\n]* from "@portcullis\/emulator";\n.*npx wscat -c .*\n```$/s);
  });

  it("has a row for each option of runTemplate, in the order of the type", () => {
    const source = readFileSync(`${PACKAGE}/src/run-template.ts`, "utf8");
    const [type = ""] = /^export type RunTemplateOptions = \{.*?^\};/ms.exec(source) ?? [];
    const options = [...type.matchAll(/^ {2}readonly (\w+)\??:/gm)].map(([, name]) => name);
    const [, table = ""] = /^## Options\n(.*?)^## /ms.exec(readme) ?? [];
    const rows = [...table.matchAll(/^\| `(\w+)`/gm)].map(([, name]) => name);

    expect(options).toContain("template");
    expect(rows).toEqual(options);
  });

  it("has a row for each kind of fault, with its members", () => {
    const rows = [...readme.matchAll(/^\| `([\w-]+)` +\|[^|]+\| ([^|]+) \|$/gm)]
      .filter(([, kind = ""]) => kind in FAULT_KINDS)
      .map(([, kind, members]) => [kind, members?.trim().replaceAll("`", "")]);
    const kinds = Object.entries<FaultKind>(FAULT_KINDS).map(([kind, { target, settings = {} }]) => [
      kind,
      [...(target === undefined ? [] : [target]), ...Object.keys(settings)].join(", "),
    ]);
    expect(rows).toEqual(kinds);
  });

  it("has a row for each flag of the command, in the order of its help", () => {
    const flags = [...HELP.matchAll(/^ {2}--([\w-]+)/gm)].map(([, name]) => name).filter((name) => name !== "help");
    const [, section = ""] = /^## Any template\n(.*?)^## /ms.exec(readme) ?? [];
    const rows = [...section.matchAll(/^\| `--([\w-]+)/gm)].map(([, name]) => name);

    expect(flags).toContain("template");
    expect(rows).toEqual(flags);
    expect(section).toContain(`npx ${Object.keys(manifest.bin)[0]} --template`);
  });

  it.each(["runTemplate", "containFaults", "makeFramePrinter", "TemplateError", "ParameterError"])(
    "names %s, which is exported",
    (name) => {
      expect(readme).toContain(name);
      expect(door).toHaveProperty(name);
    },
  );
});
