import { isPlainObject, type PlainObject } from "../../src/json.ts";

type Leaf = { readonly path: string; readonly value: unknown; readonly arrays: ReadonlyMap<string, number> };
type Condition = { readonly path: string; readonly values: readonly unknown[] };

/**
 * Event patterns the slow way, by event-ruler's documentation: the event is a flat list of leaves, each knowing which
 * element of which array it lies in, and a pattern matches when every path finds a leaf and no two leaves chosen lie in
 * different elements of one array. Tries everything.
 */
export function slowlyMatches(pattern: PlainObject, event: PlainObject): boolean {
  const leaves = [...leavesOf(event, "", new Map())];
  return conjunctionsOf(pattern, "").some((conditions) => canChoose([...conditions.values()], leaves, new Map()));
}

function canChoose(
  [condition, ...others]: readonly Condition[],
  leaves: readonly Leaf[],
  chosen: ReadonlyMap<string, number>,
): boolean {
  if (condition === undefined) return true;
  const here = leaves.filter(({ path }) => path === condition.path);
  if (here.length === 0 && condition.values.some(isAbsence) && canChoose(others, leaves, chosen)) return true;
  return here.some(
    ({ value, arrays }) =>
      condition.values.some((wanted) => holds(wanted, value)) &&
      [...arrays].every(([array, element]) => (chosen.get(array) ?? element) === element) &&
      canChoose(others, leaves, new Map([...chosen, ...arrays])),
  );
}

function* leavesOf(value: unknown, path: string, arrays: ReadonlyMap<string, number>, place = "$"): Generator<Leaf> {
  if (Array.isArray(value)) {
    for (const [index, element] of value.entries()) {
      yield* leavesOf(element, path, new Map(arrays).set(place, index), `${place}[${index}]`);
    }
  } else if (isPlainObject(value)) {
    for (const [name, member] of Object.entries(value))
      yield* leavesOf(member, `${path}.${name}`, arrays, `${place}/${name}`);
  } else {
    yield { path, value, arrays };
  }
}

function conjunctionsOf(pattern: PlainObject, path: string): ReadonlyMap<string, Condition>[] {
  let conjunctions: ReadonlyMap<string, Condition>[] = [new Map()];
  for (const [name, value] of Object.entries(pattern)) {
    const choices = choicesOf(name, value, path);
    conjunctions = conjunctions.flatMap((one) => choices.map((other) => new Map([...one, ...other])));
  }
  return conjunctions;
}

function choicesOf(name: string, value: unknown, path: string): ReadonlyMap<string, Condition>[] {
  if (name === "$or") return (value as PlainObject[]).flatMap((branch) => conjunctionsOf(branch, path));
  const here = `${path}.${name}`;
  return isPlainObject(value)
    ? conjunctionsOf(value, here)
    : [new Map([[here, { path: here, values: value as readonly unknown[] }]])];
}

function isAbsence(wanted: unknown): boolean {
  return isPlainObject(wanted) && wanted["exists"] === false;
}

/** The operators that the property draws from. */
function holds(wanted: unknown, value: unknown): boolean {
  if (!isPlainObject(wanted)) return wanted === value;
  if ("exists" in wanted) return wanted["exists"] === true;
  if ("anything-but" in wanted) return wanted["anything-but"] !== value;
  return typeof value === "string" && value.startsWith(String(wanted["prefix"]));
}
