import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import {
  describeTemplate,
  EVERY_FUNCTION,
  projectTemplate,
} from "../../packages/emulator/tests/support/project-template.ts";
import { handlerFile } from "../../src/entrypoints/local/load-handler.ts";
import { bundledConditions } from "../support/bundled-conditions.ts";

const { functions } = describeTemplate(projectTemplate(), EVERY_FUNCTION);

/** Variables that the template does not set: those of Lambda, the SDK, Node.js and packages. */
const NOT_OURS = /^(AWS_|NODE_|UNDICI_|JEST_WORKER_ID$|WATCH_REPORT_DEPENDENCIES$|FORCE_COLOR$)/;

/** Lambda developer guide, "Defined runtime environment variables". */
const ADDED_BY_LAMBDA = { AWS_REGION: "eu-west-1", AWS_ACCESS_KEY_ID: "ROLEKEY", AWS_SECRET_ACCESS_KEY: "planted" };

/** The variables that a handler reads, given those of the template and of Lambda. */
function readBy(fn: (typeof functions)[number]): readonly string[] {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [...bundledConditions, "tests/support/record-environment.ts", fileURLToPath(handlerFile(fn))],
    { encoding: "utf8", env: { ...fn.environment, ...ADDED_BY_LAMBDA } },
  );
  if (status !== 0) throw new Error(stderr);
  return (JSON.parse(stdout) as string[]).filter((name) => !NOT_OURS.test(name));
}

describe("the environment that the template gives a function", () => {
  it.each(functions.map((fn) => [fn.name, fn] as const))("is exactly the variables that %s reads", (_name, fn) => {
    const read = readBy(fn);

    expect(read.toSorted()).toEqual(Object.keys(fn.environment).toSorted());
  });
});
