import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, type TestContext } from "vitest";
import { deployedSettings } from "../../../benchmarks/aws-stand-in.ts";
import { SECRET } from "../../../benchmarks/settings.ts";
import { buildFunction } from "../../../scripts/build.ts";
import { FaultyAws } from "./faulty-aws.ts";
import { FunctionProcess } from "./function-process.ts";

/** What a rotation makes of the secret. */
export const NEW_SECRET = "rotated-signing-secret-0123456789abcdef";

/** For a test that means no time limit, since a busy machine must reach none. */
export const PATIENT = { slowness: 20 };

/** Planted: no output of a process may hold one of them. */
const PLANTED = [SECRET, NEW_SECRET, "AKIAPLANTED", "planted-access-key", "planted-session-token", "eyJ"];

const credentials = {
  AWS_ACCESS_KEY_ID: "AKIAPLANTED",
  AWS_SECRET_ACCESS_KEY: "planted-access-key",
  AWS_SESSION_TOKEN: "planted-session-token",
};

/** Functions as they are deployed, built once for a test file: the folder of each is `join(folder, name)`. */
export function builtFunctions(names: readonly string[]): string {
  const folder = mkdtempSync(join(tmpdir(), "portcullis-functions-"));
  beforeAll(async () => {
    for (const name of names) await buildFunction(name, folder);
  });
  afterAll(() => rmSync(folder, { recursive: true }));
  return folder;
}

/**
 * A process of a built function with an AWS of its own, which end with the test. The test fails if a secret, a token or
 * a credential is in the output of the process.
 */
export async function startFunction(
  folder: string,
  name: string,
  { onTestFinished }: Pick<TestContext, "onTestFinished">,
  times?: { readonly slowness: number },
) {
  const aws = await FaultyAws.start();
  const environment = { ...deployedSettings(aws.at), ...credentials };
  const lambda = new FunctionProcess(join(folder, name, "index.mjs"), environment, times);
  onTestFinished(async () => {
    await lambda.stop();
    aws.stop();
    expect(PLANTED.filter((planted) => lambda.output.includes(planted))).toEqual([]);
  });
  return { aws, lambda };
}
