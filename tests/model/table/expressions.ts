export type Item = Readonly<Record<string, unknown>>;

export type Placeholders = {
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>> | undefined;
  readonly ExpressionAttributeValues?: Item | undefined;
};

/**
 * DynamoDB's conditions as far as the adapters use them: comparisons and absence, joined by AND and OR, some in
 * parentheses.
 */
export function holds(condition: string | undefined, item: Item | undefined, holders: Placeholders): boolean {
  if (condition === undefined) return true;
  return partsOf(condition, " OR ").some((either) =>
    partsOf(either, " AND ").every((part) => {
      const inner = /^\((.*)\)$/.exec(part)?.[1];
      return inner === undefined ? holdsAtom(part, item ?? {}, holders) : holds(inner, item, holders);
    }),
  );
}

/** The parts of a condition between words that stand outside of all parentheses. */
function partsOf(condition: string, word: string): readonly string[] {
  const parts: string[] = [];
  for (const piece of condition.split(word)) {
    const last = parts.at(-1);
    if (last !== undefined && last.split("(").length > last.split(")").length) parts.splice(-1, 1, last + word + piece);
    else parts.push(piece);
  }
  return parts.map((part) => part.trim());
}

function holdsAtom(atom: string, item: Item, holders: Placeholders): boolean {
  const absent = /^attribute_not_exists\(([#\w]+)\)$/.exec(atom)?.[1];
  if (absent !== undefined) return item[nameOf(absent, holders)] === undefined;
  const prefixed = /^begins_with\(([#\w]+), (:\w+)\)$/.exec(atom);
  if (prefixed) return String(item[nameOf(prefixed[1], holders)]).startsWith(String(heldBy(prefixed[2], holders)));
  const [, name, operator, value] = /^([#\w]+) (=|<>|<|<=|>) (:\w+)$/.exec(atom) ?? [];
  if (operator === undefined) throw new Error(`no such condition: ${atom}`);
  const [left, right] = [item[nameOf(name, holders)], heldBy(value, holders)];
  if (operator === "<>") return left !== right;
  if (typeof left !== typeof right) return false;
  if (operator === "=") return left === right;
  if (operator === ">") return Number(left) > Number(right);
  return operator === "<" ? Number(left) < Number(right) : Number(left) <= Number(right);
}

/** DynamoDB's updates as far as the adapters use them, on the item or on its key alone. */
export function updated(expression: string, item: Item, holders: Placeholders): Item {
  const next: Record<string, unknown> = { ...item };
  const clauses = expression.split(/\b(SET|REMOVE|ADD|DELETE) /).slice(1);
  for (let at = 0; at < clauses.length; at += 2) {
    for (const term of (clauses[at + 1] ?? "").trim().split(", ")) apply(clauses[at] ?? "", term.trim(), next, holders);
  }
  return next;
}

function apply(action: string, term: string, item: Record<string, unknown>, holders: Placeholders): void {
  const [path, operand] = term.split(action === "SET" ? " = " : " ");
  const name = nameOf(path, holders);
  if (action === "REMOVE") {
    delete item[name];
    return;
  }
  const value = heldBy(operand, holders);
  if (action === "SET") item[name] = value;
  else if (value instanceof Set) setNames(item, name, value, action);
  else item[name] = Number(item[name] ?? 0) + Number(value);
}

/** An empty set is no attribute. */
function setNames(item: Record<string, unknown>, name: string, value: ReadonlySet<unknown>, action: string): void {
  const before = (item[name] ?? new Set()) as ReadonlySet<unknown>;
  const after = new Set(action === "ADD" ? [...before, ...value] : [...before].filter((one) => !value.has(one)));
  if (after.size > 0) item[name] = after;
  else delete item[name];
}

function nameOf(path = "", { ExpressionAttributeNames: names = {} }: Placeholders): string {
  const name = path.startsWith("#") ? names[path] : path;
  if (name === undefined) throw new Error(`no such placeholder: ${path}`);
  return name;
}

function heldBy(placeholder = "", { ExpressionAttributeValues: values = {} }: Placeholders): unknown {
  if (!Object.hasOwn(values, placeholder)) throw new Error(`no such placeholder: ${placeholder}`);
  return values[placeholder];
}
