import { isPlainObject, ownProperty, type PlainObject } from "../../../domain/own-property.ts";
import { InvalidEventPatternError } from "./invalid-event-pattern-error.ts";
import { compileValue, isAbsence, type ValueMatcher } from "./value-matcher.ts";

export type EventMatcher = (event: PlainObject) => boolean;

/**
 * EventBridge's event patterns (user guide, "Comparison operators for use in event patterns"; where that is silent,
 * github.com/aws/event-ruler, which is what EventBridge runs). All fields must match, a field by any of its values, and
 * an array in the event by any of its elements, where fields inside one array must be matched by the same element.
 * Throws InvalidEventPatternError.
 */
export function compileEventPattern(pattern: unknown): EventMatcher {
  if (!isPlainObject(pattern)) throw new InvalidEventPatternError("Filter is not an object");
  const alternatives = expand(pattern, [], [new Map()]).map((conjunction) => [...conjunction.values()]);
  return (event) => alternatives.some((conditions) => matchesAll(conditions, event));
}

type Path = readonly string[];
type Condition = { readonly path: Path; readonly matchers: readonly ValueMatcher[]; readonly orAbsent: boolean };
/** What must hold together, by path. A pattern has one for each way through its `$or`s. */
type Conjunction = ReadonlyMap<string, Condition>;

/** PutRule's own bound: `$or` multiplies. */
const MAX_COMBINATIONS = 1000;

function expand(pattern: PlainObject, path: Path, conjunctions: readonly Conjunction[]): readonly Conjunction[] {
  const fields = Object.entries(pattern);
  if (fields.length === 0) throw new InvalidEventPatternError("Empty objects are not allowed");
  return fields.reduce((expanded, [name, value]) => {
    const next = name === "$or" ? expandOr(value, path, expanded) : expandField(value, [...path, name], expanded);
    if (next.length > MAX_COMBINATIONS) throw new InvalidEventPatternError("Rule has too many $or combinations");
    return next;
  }, conjunctions);
}

function expandOr(branches: unknown, path: Path, conjunctions: readonly Conjunction[]): readonly Conjunction[] {
  if (!Array.isArray(branches)) throw new InvalidEventPatternError("It must be an Array followed with $or.");
  if (branches.length < 2) {
    throw new InvalidEventPatternError("There must have at least 2 Objects in $or relationship.");
  }
  return branches.flatMap((branch: unknown) => {
    if (isPlainObject(branch)) return expand(branch, path, conjunctions);
    throw new InvalidEventPatternError("Only JSON object is allowed in array of $or relationship.");
  });
}

function expandField(value: unknown, path: Path, conjunctions: readonly Conjunction[]): readonly Conjunction[] {
  if (isPlainObject(value)) return expand(value, path, conjunctions);
  if (!Array.isArray(value)) throw new InvalidEventPatternError(`"${path.at(-1)}" must be an object or an array`);
  if (value.length === 0) throw new InvalidEventPatternError("Empty arrays are not allowed");

  const matchers = value.filter((one) => !isAbsence(one)).map(compileValue);
  const condition = { path, matchers, orAbsent: matchers.length < value.length };
  // As in event-ruler, a path named again inside `$or` replaces what was said of it outside.
  return conjunctions.map((conjunction) => new Map(conjunction).set(JSON.stringify(path), condition));
}

type Node = { matchers?: readonly ValueMatcher[]; readonly children: Map<string, Node> };

/** An absence is of the whole event; all that must be present is sought together, so that it lies in the same elements. */
function matchesAll(conditions: readonly Condition[], event: PlainObject): boolean {
  const root: Node = { children: new Map() };
  for (const { path, matchers, orAbsent } of conditions) {
    if (!orAbsent || hasLeaf(event, path)) path.reduce(childOf, root).matchers = matchers;
  }
  return matchesNode(root, event);
}

function childOf(node: Node, name: string): Node {
  const child = node.children.get(name) ?? { children: new Map() };
  node.children.set(name, child);
  return child;
}

function matchesNode(node: Node, value: unknown): boolean {
  if (Array.isArray(value)) return value.some((element) => matchesNode(node, element));
  if (node.matchers !== undefined && !matchesLeaf(node.matchers, value)) return false;
  return [...node.children].every(
    ([name, child]) => isPlainObject(value) && matchesNode(child, ownProperty(value, name)),
  );
}

function matchesLeaf(matchers: readonly ValueMatcher[], value: unknown): boolean {
  return value !== undefined && !isPlainObject(value) && matchers.some((matches) => matches(value));
}

/** `exists` is about leaves: an object, and an array without elements, does not exist. */
function hasLeaf(value: unknown, path: Path): boolean {
  if (Array.isArray(value)) return value.some((element) => hasLeaf(element, path));
  const [name, ...rest] = path;
  if (name === undefined) return value !== undefined && !isPlainObject(value);
  return isPlainObject(value) && hasLeaf(ownProperty(value, name), rest);
}
