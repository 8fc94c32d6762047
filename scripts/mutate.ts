// `npm run mutate`: the mutation tests of docs/mutation-testing.md. Parts of paths narrow them, as those of `npm test` do;
// options go to Stryker: `npm run mutate -- token/claims --concurrency=1`.
import { spawnSync } from "node:child_process";
import { mutatedFiles } from "./mutated-files.ts";

const args = process.argv.slice(2);
const options = args.filter((arg) => arg.startsWith("-"));
const filters = args.filter((arg) => !arg.startsWith("-"));
const mistyped = filters.filter((filter) => mutatedFiles([filter]).length === 0);

if (mistyped.length > 0) {
  for (const filter of mistyped) console.error(`No file of the mutation tests matches ${filter}`);
  process.exitCode = 1;
} else {
  // Stryker itself ends with success if it finds no file.
  const mutate = `--mutate=${mutatedFiles(filters).join(",")}`;
  process.exitCode =
    spawnSync("node_modules/.bin/stryker", ["run", mutate, ...options], { stdio: "inherit" }).status ?? 1;
}
