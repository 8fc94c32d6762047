import { CONDITION_OPERATORS, isBoolean } from "./condition-operators.ts";

/** A condition of a policy's statement. */
export type Condition = {
  /** In lower case: the names of condition keys have no case. */
  readonly key: string;
  /** Undefined stands for a key that the request does not have. */
  readonly holdsFor: (actual: string | undefined) => boolean;
};

/** The condition keys of a request, in lower case, with their values. */
export type ConditionContext = ReadonlyMap<string, string | undefined>;

const IF_EXISTS = "IfExists";

/** Reads one condition. Undefined if the operator is not emulated, or cannot take a value. */
export function parseCondition(operator: string, key: string, values: readonly string[]): Condition | undefined {
  const holdsFor = operator === "Null" ? readNull(values) : readComparison(operator, values);
  return holdsFor && { key: key.toLowerCase(), holdsFor };
}

function readNull(values: readonly string[]): Condition["holdsFor"] | undefined {
  if (!values.every(isBoolean)) return undefined;
  return (actual) => values.some((value) => value.toLowerCase() === String(actual === undefined));
}

function readComparison(operator: string, values: readonly string[]): Condition["holdsFor"] | undefined {
  const ifExists = operator.endsWith(IF_EXISTS);
  const known = CONDITION_OPERATORS.get(ifExists ? operator.slice(0, -IF_EXISTS.length) : operator);
  if (known === undefined) return undefined;
  // A policy variable, such as ${aws:username}, is not replaced here.
  const tests = values.map((value) => (value.includes("${") ? undefined : known.read(value)));
  if (!tests.every((test) => test !== undefined)) return undefined;
  return (actual) => {
    // IAM user guide, "Condition operators": an absent key meets negated operators, and those that end in IfExists.
    if (actual === undefined) return known.isNegated || ifExists;
    return tests.some((test) => test(actual)) !== known.isNegated;
  };
}
