/** CloudFormation's own JSON. */
type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };
type JsonMap = { readonly [name: string]: Json };

const NO_VALUE = Symbol("AWS::NoValue");

/** The template for these parameters: without conditions and `Fn::If`, and without resources that do not exist then. */
export function resolveConditions(template: JsonMap, parameters: Readonly<Record<string, string>>): JsonMap {
  const {
    Conditions = {},
    Rules: _,
    Metadata: __,
    Parameters = {},
    Resources = {},
    Outputs = {},
    ...others
  } = template;
  const holds = conditionsOf(Conditions as JsonMap, Parameters as JsonMap, parameters);
  const resolved = { Resources: existing(Resources as JsonMap, holds), Outputs: existing(Outputs as JsonMap, holds) };
  const used = JSON.stringify(resolved);
  const isUsed = (name: string) => used.includes(`{"Ref":"${name}"}`) || used.includes(`\${${name}}`);
  const left = Object.entries(Parameters as JsonMap)
    .filter(([name]) => isUsed(name))
    .map(([name, declared]) => [
      name,
      { ...(declared as JsonMap), ...(name in parameters && { Default: parameters[name] }) },
    ]);
  return { ...others, Parameters: Object.fromEntries(left), ...resolved };
}

function existing(entries: JsonMap, holds: (condition: Json) => boolean): JsonMap {
  return Object.fromEntries(
    Object.entries(entries).flatMap(([name, entry]) => {
      const { Condition, ...rest } = entry as JsonMap;
      if (Condition !== undefined && !holds({ Condition })) return [];
      return [[name, chosen(rest, holds) as Json]];
    }),
  );
}

function chosen(value: Json, holds: (condition: Json) => boolean): Json | typeof NO_VALUE {
  if (Array.isArray(value)) {
    return value.map((item) => chosen(item, holds)).filter((item): item is Json => item !== NO_VALUE);
  }
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value);
  const [[name, argument] = []] = entries;
  if (name === "Ref" && argument === "AWS::NoValue") return NO_VALUE;
  if (name === "Fn::If") {
    const [condition = "", then = null, otherwise = null] = argument as readonly Json[];
    return chosen(holds({ Condition: condition }) ? then : otherwise, holds);
  }
  const left = entries.map(([key, inner]) => [key, chosen(inner, holds)] as const);
  return Object.fromEntries(left.filter((entry): entry is readonly [string, Json] => entry[1] !== NO_VALUE));
}

function conditionsOf(conditions: JsonMap, declared: JsonMap, given: Readonly<Record<string, string>>) {
  const text = (value: Json): string => {
    if (typeof value !== "object" || value === null) return String(value);
    const [[name, argument] = []] = Object.entries(value);
    if (name === "Fn::Join") return text((argument as readonly Json[])[1] ?? "");
    if (name !== "Ref") throw new Error(`scripts/resolve-conditions.ts does not know ${name} in a condition`);
    return given[String(argument)] ?? String((declared[String(argument)] as JsonMap)["Default"]);
  };
  const holds = (condition: Json): boolean => {
    const [[name, argument = null] = []] = Object.entries(condition as JsonMap);
    const operands = [argument].flat() as readonly Json[];
    if (name === "Condition") return holds(conditions[String(argument)] ?? null);
    if (name === "Fn::Not") return !operands.some(holds);
    if (name === "Fn::And") return operands.every(holds);
    if (name === "Fn::Or") return operands.some(holds);
    if (name === "Fn::Equals") return text(operands[0] ?? "") === text(operands[1] ?? "");
    throw new Error(`scripts/resolve-conditions.ts does not know ${name}`);
  };
  return holds;
}
