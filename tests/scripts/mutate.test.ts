import { spawnSync } from "node:child_process";
import { globSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { mutatedFiles } from "../../scripts/mutated-files.ts";
import config from "../../stryker.config.mjs";

describe("the files of the mutation tests", () => {
  it.each(config.mutate)("are found by %s", (pattern) => {
    expect(globSync(pattern)).not.toEqual([]);
  });

  it("are narrowed to those whose path has a part", () => {
    expect(mutatedFiles(["token/claims", "strict-json.ts"])).toEqual([
      "src/domain/strict-json.ts",
      "src/domain/token/claims.ts",
    ]);
  });
});

it("the mutation tests fail at once if a part is in no path, also beside correct ones", () => {
  const args = ["scripts/mutate.ts", "token/claims", "token/clams"];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });

  expect({ status, stdout, stderr }).toEqual({
    status: 1,
    stdout: "",
    stderr: "No file of the mutation tests matches token/clams\n",
  });
});
