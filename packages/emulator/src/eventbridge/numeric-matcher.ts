import { InvalidEventPatternError } from "./invalid-event-pattern-error.ts";

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
