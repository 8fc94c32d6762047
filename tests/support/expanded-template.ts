import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { TEMPLATE } from "../../packages/emulator/tests/support/project-template.ts";

export type ExpandedResource = {
  readonly Type: string;
  readonly Condition?: string;
  readonly DependsOn?: string | readonly string[];
  // biome-ignore lint/suspicious/noExplicitAny: CloudFormation's own JSON; each test states what it expects.
  readonly Properties: any;
};

export type ExpandedTemplate = {
  // biome-ignore lint/suspicious/noExplicitAny: as above.
  readonly Parameters: Readonly<Record<string, any>>;
  readonly Conditions: Readonly<Record<string, unknown>>;
  readonly Resources: Readonly<Record<string, ExpandedResource>>;
};

const PYTHON = ".venv/bin/python";
/** scripts/verify-template.ts writes this file once all its tools are installed. */
const STAMP = ".venv/.installed-from";

/**
 * The template as SAM's own translator expands it. Undefined if scripts/verify-template.ts has not set up its tools,
 * which in CI is a failure.
 */
export function expandTemplate(): ExpandedTemplate | undefined {
  if (!existsSync(STAMP)) {
    if (process.env["CI"] === "true") throw new Error("CI needs .venv, which scripts/verify-template.ts sets up");
    console.warn(
      "No .venv: the tests of the expanded template are skipped. node scripts/verify-template.ts sets it up.",
    );
    return undefined;
  }
  const { status, stdout, stderr } = spawnSync(PYTHON, ["infra/checks/expand_template.py", TEMPLATE], {
    encoding: "utf8",
    maxBuffer: 16 * 1024 * 1024,
  });
  if (status !== 0) throw new Error(`the template does not expand: ${stderr}`);
  return JSON.parse(stdout);
}

export function ofType(
  { Resources }: ExpandedTemplate,
  type: string,
): readonly (readonly [string, ExpandedResource])[] {
  return Object.entries(Resources).filter(([, resource]) => resource.Type === type);
}
