import { existsSync, readFileSync } from "node:fs";
import { DEFAULT_GRANTS_EXPECTED, parseDefaultGrants } from "../src/domain/grants/default-grants.ts";

/** A string of TOML on one line, with escapes or without. Comments are passed over. */
const STRING = /#.*$|"((?:\\.|[^"\\\n])*)"|'([^'\n]*)'/gm;

/** The parameter in a list of overrides, as the SAM CLI reads it. */
const OVERRIDE = /(?<![A-Za-z0-9])DefaultGrants=(?:"((?:\\.|[^"\\])*)"|((?:\\.|[^\s"\\])*))/g;

const ESCAPED = /\\(.)/g;

/** Throws an error with the place of each wrong value. With such a value the stack would not deploy. */
export function checkDefaultGrants(file = "samconfig.toml"): void {
  // Who deploys with another tool may have removed it.
  if (!existsSync(file)) return;
  const text = readFileSync(file, "utf8");
  const problems = [...text.matchAll(STRING)].flatMap(({ 1: basic, 2: literal = "", index }) =>
    [...(basic?.replace(ESCAPED, "$1") ?? literal).matchAll(OVERRIDE)]
      .filter(([, quoted, bare = ""]) => parseDefaultGrants((quoted ?? bare).replace(ESCAPED, "$1")) === undefined)
      .map(() => `${file}:${text.slice(0, index).split("\n").length}: DefaultGrants ${DEFAULT_GRANTS_EXPECTED}`),
  );
  if (problems.length > 0) throw new Error(problems.join("; "));
}
