import type { ExpandedTemplate } from "./expanded-template.ts";

/** Logical ids of all resources that CloudFormation makes before a resource: its references, and theirs in turn. */
export function dependenciesOf(template: ExpandedTemplate, logicalId: string): ReadonlySet<string> {
  const found = new Set<string>();
  const pending = [logicalId];
  for (let id = pending.pop(); id !== undefined; id = pending.pop()) {
    const { Properties, DependsOn = [] } = template.Resources[id] ?? {};
    for (const name of [...referencesIn(Properties), ...[DependsOn].flat()]) {
      if (!(name in template.Resources) || found.has(name)) continue;
      found.add(name);
      pending.push(name);
    }
  }
  return found;
}

function referencesIn(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(referencesIn);
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, argument]) => {
    if (name === "Ref") return [String(argument)];
    if (name === "Fn::GetAtt") return [String([argument].flat()[0]).split(".")[0] ?? ""];
    if (name !== "Fn::Sub") return referencesIn(argument);
    const [text, variables] = [argument].flat();
    const names = [...String(text).matchAll(/\$\{([^}!.]+)/g)].map(([, inText = ""]) => inText);
    return [...names, ...referencesIn(variables)];
  });
}
