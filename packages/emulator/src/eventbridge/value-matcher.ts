import { isPlainObject, type PlainObject } from "../json.ts";
import { compileAnythingBut } from "./anything-but-matcher.ts";
import {
  compileCidr,
  compileNumeric,
  equalsIgnoreCase,
  InvalidEventPatternError,
  prefix,
  prefixIgnoreCase,
  suffix,
  suffixIgnoreCase,
  wildcard,
} from "./pattern-operators.ts";

/** True if a leaf of an event (a string, a number, true, false or null) matches the pattern. */
export type ValueMatcher = (value: unknown) => boolean;

const operators = new Map<string, (operand: unknown) => ValueMatcher>([
  ["anything-but", compileAnythingBut],
  ["cidr", compileCidr],
  ["equals-ignore-case", (operand) => equalsIgnoreCase(textOf("equals-ignore-case", operand))],
  ["exists", compileExists],
  ["numeric", compileNumeric],
  ["prefix", (operand) => caseAware("prefix", operand, prefix, prefixIgnoreCase)],
  ["suffix", (operand) => caseAware("suffix", operand, suffix, suffixIgnoreCase)],
  ["wildcard", (operand) => wildcard(textOf("wildcard", operand))],
]);

export function compileValue(pattern: unknown): ValueMatcher {
  if (Array.isArray(pattern))
    throw new InvalidEventPatternError("Match value must be String, number, true, false, or null");
  if (typeof pattern === "number" && !Number.isFinite(pattern)) {
    throw new InvalidEventPatternError("Match value must be String, number, true, false, or null");
  }
  if (!isPlainObject(pattern)) return (value) => value === pattern;
  const [name, operand] = onlyEntry(pattern);
  const compile = operators.get(name);
  if (compile === undefined) throw new InvalidEventPatternError(`Unrecognized match type ${name}`);
  return compile(operand);
}

/** `{"exists": false}` concerns the whole event, not one of its values. */
export function isAbsence(pattern: unknown): boolean {
  if (!isPlainObject(pattern)) return false;
  const [name, operand] = onlyEntry(pattern);
  return name === "exists" && operand === false;
}

function compileExists(operand: unknown): ValueMatcher {
  if (operand !== true) throw new InvalidEventPatternError("exists match pattern must be either true or false.");
  return () => true;
}

function caseAware(
  name: string,
  operand: unknown,
  exact: (text: string) => ValueMatcher,
  ignoringCase: (text: string) => ValueMatcher,
): ValueMatcher {
  if (!isPlainObject(operand)) return exact(textOf(name, operand));
  const [option, text] = onlyEntry(operand);
  if (option !== "equals-ignore-case") throw new InvalidEventPatternError(`Unsupported ${name} pattern: ${option}`);
  return ignoringCase(textOf("equals-ignore-case", text));
}

function textOf(name: string, operand: unknown): string {
  if (typeof operand !== "string") throw new InvalidEventPatternError(`${name} match pattern must be a string`);
  return operand;
}

function onlyEntry(expression: PlainObject): readonly [name: string, operand: unknown] {
  const [entry, ...others] = Object.entries(expression);
  if (entry === undefined) throw new InvalidEventPatternError("Match expression name not found");
  if (others.length > 0) throw new InvalidEventPatternError("Only one key allowed in match expression");
  return entry;
}
