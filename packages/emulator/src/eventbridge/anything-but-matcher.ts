import { isPlainObject } from "../json.ts";
import {
  checkComparable,
  equalsIgnoreCase,
  InvalidEventPatternError,
  prefix,
  suffix,
  wildcard,
} from "./pattern-operators.ts";

type Matcher = (value: unknown) => boolean;

const unwanted = new Map<string, (text: string) => Matcher>([
  ["equals-ignore-case", equalsIgnoreCase],
  ["prefix", prefix],
  ["suffix", suffix],
  ["wildcard", wildcard],
]);

/** Matches every present value that is not excluded: a number, null or false is anything but a string. */
export function compileAnythingBut(operand: unknown): Matcher {
  const excluded = isPlainObject(operand) ? excludedBy(operand) : excludedValues(operand);
  return (value) => !excluded.some((isExcluded) => isExcluded(value));
}

const NEITHER_LIST_NOR_VALUE = "Value of anything-but must be an array or single string/number value.";

function noText(name: string): string {
  if (name === "wildcard") return "wildcard match pattern must be a string";
  return name === "equals-ignore-case"
    ? "Inside anything-but/equals-ignore-case list, number|start|null|boolean is not supported."
    : "prefix/suffix match pattern must be a string";
}

function excludedValues(operand: unknown): readonly Matcher[] {
  const values: readonly unknown[] = Array.isArray(operand) ? operand : [operand];
  if (!values.every((value) => typeof value === "string" || typeof value === "number")) {
    throw new InvalidEventPatternError(
      Array.isArray(operand)
        ? "Inside anything but list, start|null|boolean is not supported."
        : NEITHER_LIST_NOR_VALUE,
    );
  }
  const strings = values.every((value) => typeof value === "string");
  const numbers = values.every((value) => typeof value === "number");
  if (values.length === 0 || !(strings || numbers)) {
    throw new InvalidEventPatternError(
      "Inside anything but list, either all values are number or string, mixed type is not supported",
    );
  }
  for (const value of values) if (typeof value === "number") checkComparable(value);
  return values.map((excluded) => (value) => value === excluded);
}

function excludedBy(operand: { readonly [name: string]: unknown }): readonly Matcher[] {
  const [[name, texts] = ["", undefined], ...others] = Object.entries(operand);
  const compile = unwanted.get(name);
  if (compile === undefined) throw new InvalidEventPatternError(`Unsupported anything-but pattern: ${name}`);
  if (others.length > 0) throw new InvalidEventPatternError("Only one key allowed in match expression");
  if (isPlainObject(texts)) throw new InvalidEventPatternError(NEITHER_LIST_NOR_VALUE);
  const list: readonly unknown[] = Array.isArray(texts) ? texts : [texts];
  if (list.length === 0) throw new InvalidEventPatternError("Empty arrays are not allowed");
  return list.map((text) => {
    if (typeof text !== "string") throw new InvalidEventPatternError(noText(name));
    if (text === "" && (name === "prefix" || name === "suffix")) {
      throw new InvalidEventPatternError("Null prefix/suffix not allowed");
    }
    return compile(text);
  });
}
