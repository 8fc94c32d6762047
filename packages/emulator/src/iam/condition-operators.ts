import { matchesArn } from "./arn-pattern.ts";
import { parseIpRange } from "./ip-range.ts";
import { matchesWildcards } from "./wildcards.ts";

/** Compares a request's value with one value of the policy. */
type Test = (actual: string) => boolean;

/** Reads one value of the policy. Undefined if the operator cannot take it. */
type ReadValue = (value: string) => Test | undefined;

export type ConditionOperator = {
  readonly read: ReadValue;
  /** True if the condition holds where no value of the policy matches. */
  readonly isNegated: boolean;
};

type Entry = readonly [name: string, operator: ConditionOperator];

function one(name: string, read: ReadValue): Entry {
  return [name, { read, isNegated: false }];
}

function both(name: string, negatedName: string, read: ReadValue): readonly Entry[] {
  return [one(name, read), [negatedName, { read, isNegated: true }]];
}

function comparisons(type: string, convert: (text: string) => number): readonly Entry[] {
  const by = (compare: Compare): ReadValue => {
    return (text) => {
      const value = convert(text);
      // A request's value of another type is NaN, and meets no comparison.
      return Number.isNaN(value) ? undefined : (actual) => compare(convert(actual), value);
    };
  };
  const equal = by((actual, value) => actual === value);
  const ordered = ORDERS.map(([name, compare]) => one(type + name, by(compare)));
  return [...both(`${type}Equals`, `${type}NotEquals`, equal), ...ordered];
}

type Compare = (actual: number, value: number) => boolean;

const ORDERS: readonly (readonly [name: string, compare: Compare])[] = [
  ["LessThan", (actual, value) => actual < value],
  ["LessThanEquals", (actual, value) => actual <= value],
  ["GreaterThan", (actual, value) => actual > value],
  ["GreaterThanEquals", (actual, value) => actual >= value],
];

function arn(value: string): Test {
  return (actual) => matchesArn(value, actual);
}

function ignoringCase(value: string): Test {
  return (actual) => actual.toLowerCase() === value.toLowerCase();
}

export function isBoolean(value: string): boolean {
  return /^(?:true|false)$/i.test(value);
}

function toNumber(text: string): number {
  return /^[+-]?\d+(?:\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
}

/** W3C's profile of ISO 8601, where a time has a time zone. */
const DATE = /^\d{4}(?:-\d\d(?:-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d))?)?)?$/;

/** A date, or a number of seconds since 1970. A year has four digits, so `2026` is a year. */
function toSeconds(text: string): number {
  return DATE.test(text) ? Date.parse(text) / 1000 : toNumber(text);
}

/** The operators of the IAM user guide ("Condition operators"), but those for sets of values and for binary values. */
export const CONDITION_OPERATORS: ReadonlyMap<string, ConditionOperator> = new Map([
  ...both("StringEquals", "StringNotEquals", (value) => (actual) => actual === value),
  ...both("StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase", ignoringCase),
  ...both("StringLike", "StringNotLike", (value) => (actual) => matchesWildcards(value, actual)),
  ...comparisons("Numeric", toNumber),
  ...comparisons("Date", toSeconds),
  ...both("IpAddress", "NotIpAddress", parseIpRange),
  ...both("ArnEquals", "ArnNotEquals", arn),
  ...both("ArnLike", "ArnNotLike", arn),
  one("Bool", (value) => (isBoolean(value) ? ignoringCase(value) : undefined)),
]);
