import { BlockList, isIP } from "node:net";
import { wildcardComplexity } from "./wildcard-complexity.ts";

/** PutRule's refusal of a pattern. Patterns are configuration, so the reason may name parts of one. */
export class InvalidEventPatternError extends Error {
  override readonly name = "InvalidEventPatternError";

  constructor(reason: string) {
    super(`Event pattern is not valid. Reason: ${reason}`);
  }
}

type TextMatcher = (value: unknown) => boolean;

const onText =
  (holds: (text: string) => boolean): TextMatcher =>
  (value) =>
    typeof value === "string" && holds(value);

export const prefix = (start: string): TextMatcher => onText((text) => text.startsWith(start));

export const suffix = (end: string): TextMatcher => onText((text) => text.endsWith(end));

export const equalsIgnoreCase = (wanted: string): TextMatcher =>
  onText((text) => text.toLowerCase() === wanted.toLowerCase());

export const prefixIgnoreCase = (start: string): TextMatcher =>
  onText((text) => text.toLowerCase().startsWith(start.toLowerCase()));

export const suffixIgnoreCase = (end: string): TextMatcher =>
  onText((text) => text.toLowerCase().endsWith(end.toLowerCase()));

/** `*` is any number of characters; `\*` and `\\` are `*` and `\`. Linear in the text: no regular expression that backtracks. */
export function wildcard(pattern: string): TextMatcher {
  const [start = "", ...rest] = literalsOf(pattern);
  const end = rest.pop();
  if (end === undefined) return (value) => value === start;
  return onText((text) => {
    if (text.length < start.length + end.length || !text.startsWith(start) || !text.endsWith(end)) return false;
    return containsInOrder(text.slice(start.length, text.length - end.length), rest);
  });
}

function containsInOrder(text: string, literals: readonly string[]): boolean {
  let from = 0;
  for (const literal of literals) {
    const found = text.indexOf(literal, from);
    if (found < 0) return false;
    from = found + literal.length;
  }
  return true;
}

/**
 * PutRule refuses `*:*:*:*:*:event-bus/*`, of complexity 11, and takes one of 7 (recorded for localstack's tests of event
 * patterns). The limit between them is not published.
 */
const TOO_COMPLEX = 11;

/** The literal stretches between the wildcards. */
function literalsOf(pattern: string): string[] {
  if (/(?<!\\)(?:\\\\)*\*\*/.test(pattern)) throw new InvalidEventPatternError("Consecutive wildcard characters");
  const tokens = pattern.match(/\\[\s\S]?|[\s\S]/g) ?? [];
  const characters = tokens.map((token) => (token === "*" ? undefined : unescaped(token)));
  if (wildcardComplexity(characters) >= TOO_COMPLEX) {
    throw new InvalidEventPatternError(
      "Rule is too complex - try using fewer wildcard characters or fewer repeating character sequences after a wildcard character",
    );
  }
  const literals = [""];
  for (const character of characters) {
    if (character === undefined) literals.push("");
    else literals.push(`${literals.pop()}${character}`);
  }
  return literals;
}

function unescaped(token: string): string {
  if (!token.startsWith("\\")) return token;
  if (token === "\\*" || token === "\\\\") return token.slice(1);
  throw new InvalidEventPatternError("Invalid escape character");
}

type NumberTest = (value: number) => boolean;

const comparisons = new Map<unknown, (bound: number) => NumberTest>([
  ["=", (bound) => (value) => value === bound],
  ["<", (bound) => (value) => value < bound],
  ["<=", (bound) => (value) => value <= bound],
  [">", (bound) => (value) => value > bound],
  [">=", (bound) => (value) => value >= bound],
]);

const LIMIT = 5e9;

/** One comparison, or a lower bound followed by an upper one, on JSON numbers of -5e9 to 5e9. */
export function compileNumeric(operand: unknown): (value: unknown) => boolean {
  if (!Array.isArray(operand)) throw new InvalidEventPatternError("Value of numeric must be an array.");
  const [operator, bound, upperOperator, upperBound, ...others] = operand;
  if (others.length > 0) throw new InvalidEventPatternError("Too many terms in numeric range expression");
  const tests = [compileComparison(operator, bound)];
  if (operand.length > 2) {
    checkRange(operator, upperOperator);
    tests.push(compileComparison(upperOperator, upperBound));
    if (bound >= upperBound) throw new InvalidEventPatternError("Bottom must be less than top");
  }
  return (value) => typeof value === "number" && isComparable(value) && tests.every((holds) => holds(value));
}

function compileComparison(operator: unknown, bound: unknown): NumberTest {
  const comparison = comparisons.get(operator);
  if (comparison === undefined) {
    throw new InvalidEventPatternError(`Unrecognized numeric range operator: ${String(operator)}`);
  }
  if (typeof bound !== "number") throw new InvalidEventPatternError(`Value of ${String(operator)} must be numeric`);
  checkComparable(bound);
  return comparison(bound);
}

function checkRange(lower: unknown, upper: unknown): void {
  if (lower !== ">" && lower !== ">=") throw new InvalidEventPatternError("Too many elements in numeric expression");
  if (upper !== "<" && upper !== "<=") {
    throw new InvalidEventPatternError(`Bad numeric range operator: ${String(upper)}`);
  }
}

export function checkComparable(value: number): void {
  if (isComparable(value)) return;
  throw new InvalidEventPatternError("Value must be between -5.0E9 and 5.0E9, inclusive");
}

function isComparable(value: number): boolean {
  return value >= -LIMIT && value <= LIMIT;
}

const familyOf = (address: string): "ipv4" | "ipv6" | undefined =>
  ({ 0: undefined, 4: "ipv4", 6: "ipv6" })[isIP(address)] as "ipv4" | "ipv6" | undefined;

export function compileCidr(operand: unknown): (value: unknown) => boolean {
  if (typeof operand !== "string") throw new InvalidEventPatternError("cidr match pattern must be a string");
  const [address = "", bits = "", ...others] = operand.split("/");
  if (bits === "" || others.length > 0) throw new InvalidEventPatternError("Malformed CIDR, one '/' required");
  const family = familyOf(address);
  if (family === undefined) throw new InvalidEventPatternError("Nonstandard IP address");
  if (!/^\d{1,3}$/.test(bits) || Number(bits) > (family === "ipv4" ? 32 : 128)) {
    throw new InvalidEventPatternError("Malformed CIDR, mask bits must be an integer within the address");
  }
  const block = new BlockList();
  block.addSubnet(address, Number(bits), family);
  return (value) => typeof value === "string" && familyOf(value) === family && block.check(value, family);
}
