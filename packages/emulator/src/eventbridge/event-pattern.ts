import { isPlainObject, type PlainObject } from "../json.ts";
import { InvalidEventPatternError } from "./pattern-operators.ts";
import { compileValue, isAbsence, type ValueMatcher } from "./value-matcher.ts";

export type EventMatcher = (event: PlainObject) => boolean;

/**
 * EventBridge's event patterns (user guide, "Comparison operators for use in event patterns"; otherwise
 * github.com/aws/event-ruler, which EventBridge runs). All fields must match, a field by any of its values, and an
 * array in the event by any of its elements, where fields inside one array must be matched by the same element. A dot
 * in a name, of pattern or event, is one more level. Throws InvalidEventPatternError.
 */
export function compileEventPattern(pattern: unknown): EventMatcher {
  if (!isPlainObject(pattern)) throw new InvalidEventPatternError("Filter is not an object");
  if (JSON.stringify(pattern).length > MAX_CHARACTERS) {
    throw new InvalidEventPatternError(`It has more than ${MAX_CHARACTERS} characters, the quota of an account`);
  }
  const alternatives = expand(pattern, { path: [], insideOr: false }, [new Map()]).map((conjunction) => [
    ...conjunction.values(),
  ]);
  const matchers = alternatives.map(compileAll);
  return (event) => matchers.some((matches) => matches(event));
}

type Path = readonly string[];
type Condition = { readonly path: Path; readonly matchers: readonly ValueMatcher[]; readonly orAbsent: boolean };
/** The conditions that must hold together, by path. A pattern has one conjunction for each way through its `$or`s. */
type Conjunction = ReadonlyMap<string, Condition>;

/** EventBridge quotas, "Event pattern size": 2,048 by default. */
const MAX_CHARACTERS = 2048;

/** PutRule's own limit: each `$or` multiplies the combinations. */
const MAX_COMBINATIONS = 1000;

/** Operators, and names that event-ruler reserves. None of them may be a field inside `$or`. */
const RESERVED: ReadonlySet<string> = new Set([
  ...["exactly", "equals-ignore-case", "prefix", "suffix", "anything-but", "exists", "wildcard", "numeric", "cidr"],
  ...["=", "<", "<=", ">", ">=", "regex", "not-wildcard", "not-equals-ignore-case"],
  ...["date-after", "date-on-or-after", "date-before", "date-on-or-before", "in-date-range"],
  ...["ip-address-in-range", "ip-address-not-in-range"],
]);

/** `insideOr` is true at every level below an `$or`. */
type Place = { readonly path: Path; readonly insideOr: boolean };

function expand(pattern: PlainObject, place: Place, conjunctions: readonly Conjunction[]): readonly Conjunction[] {
  const fields = Object.entries(pattern);
  if (fields.length === 0) throw new InvalidEventPatternError("Empty objects are not allowed");
  return fields.reduce((expanded, [name, value]) => {
    if (place.insideOr && RESERVED.has(name)) {
      throw new InvalidEventPatternError(`${name} is Ruler reserved fieldName which cannot be used inside $or.`);
    }
    const next = name === "$or" ? expandOr(value, place, expanded) : expandField(name, value, place, expanded);
    if (next.length > MAX_COMBINATIONS) throw new InvalidEventPatternError("Rule has too many $or combinations");
    return next;
  }, conjunctions);
}

function expandOr(branches: unknown, { path }: Place, conjunctions: readonly Conjunction[]): readonly Conjunction[] {
  if (!Array.isArray(branches)) throw new InvalidEventPatternError("It must be an Array followed with $or.");
  if (branches.length < 2) {
    throw new InvalidEventPatternError("There must have at least 2 Objects in $or relationship.");
  }
  return branches.flatMap((branch: unknown) => {
    if (isPlainObject(branch)) return expand(branch, { path, insideOr: true }, conjunctions);
    throw new InvalidEventPatternError("Only JSON object is allowed in array of $or relationship.");
  });
}

function expandField(
  name: string,
  value: unknown,
  place: Place,
  conjunctions: readonly Conjunction[],
): readonly Conjunction[] {
  const path = [...place.path, ...name.split(".")];
  if (isPlainObject(value)) return expand(value, { ...place, path }, conjunctions);
  if (!Array.isArray(value)) throw new InvalidEventPatternError(`"${name}" must be an object or an array`);
  if (value.length === 0) throw new InvalidEventPatternError("Empty arrays are not allowed");

  const matchers = value.filter((one) => !isAbsence(one)).map(compileValue);
  const condition = { path, matchers, orAbsent: matchers.length < value.length };
  // As in event-ruler, a path that is named again, inside `$or` or with a dot, replaces the earlier one.
  return conjunctions.map((conjunction) => new Map(conjunction).set(JSON.stringify(path), condition));
}

type Node = { matchers?: readonly ValueMatcher[]; readonly children: Map<string, Node> };

/** An absence concerns the whole event. Present fields are sought together: they must lie in the same elements. */
function compileAll(conditions: readonly Condition[]): EventMatcher {
  const whole = treeOf(conditions);
  if (conditions.every(({ orAbsent }) => !orAbsent)) return (event) => matchesNode(whole, [event]);
  return (event) => {
    const sought = conditions.filter(({ path, orAbsent }) => !orAbsent || hasLeaf([event], path));
    return matchesNode(treeOf(sought), [event]);
  };
}

function treeOf(conditions: readonly Condition[]): Node {
  const root: Node = { children: new Map() };
  for (const { path, matchers } of conditions) path.reduce(childOf, root).matchers = matchers;
  return root;
}

function childOf(node: Node, name: string): Node {
  const child = node.children.get(name) ?? { children: new Map() };
  node.children.set(name, child);
  return child;
}

/** `values` are all values at one path: `{"a.b": 1, "a": {"b": 2}}` has two at `a.b`. An array is one value. */
function matchesNode(node: Node, values: readonly unknown[]): boolean {
  const array: unknown = values.find(Array.isArray);
  if (Array.isArray(array)) {
    const others = values.filter((value) => value !== array);
    return matchesNode(node, others) || array.some((element: unknown) => matchesNode(node, [...others, element]));
  }
  const { matchers, children } = node;
  if (matchers !== undefined && !values.some((value) => matchesLeaf(matchers, value))) return false;
  return [...children].every(([name, child]) => matchesNode(child, membersAt(values, name)));
}

function matchesLeaf(matchers: readonly ValueMatcher[], value: unknown): boolean {
  return !isPlainObject(value) && matchers.some((matches) => matches(value));
}

/**
 * The members called `name`, and those whose names continue it with a dot, the latter as objects with the rest of the
 * name.
 */
function membersAt(values: readonly unknown[], name: string): readonly unknown[] {
  const members: unknown[] = [];
  const start = `${name}.`;
  for (const object of values) {
    if (!isPlainObject(object)) continue;
    for (const key of Object.keys(object)) {
      if (key === name) members.push(object[key]);
      else if (key.startsWith(start)) members.push({ [key.slice(start.length)]: object[key] });
    }
  }
  return members;
}

/** True if a leaf exists. An object, or an array without elements, does not exist for `exists`. */
function hasLeaf(values: readonly unknown[], [name, ...rest]: Path): boolean {
  const elements = values.flatMap(elementsOf);
  if (name === undefined) return elements.some((value) => !isPlainObject(value));
  const members = membersAt(elements, name);
  return members.length > 0 && hasLeaf(members, rest);
}

function elementsOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value.flatMap(elementsOf) : [value];
}
