import type { MapNode, TemplateNode } from "./template-node.ts";

/** The resource types that have Globals and are read here, with the names of their sections. */
const SECTIONS: ReadonlyMap<string, string> = new Map([
  ["AWS::Serverless::Function", "Function"],
  ["AWS::Serverless::WebSocketApi", "WebSocketApi"],
]);

/**
 * The properties of a resource with the Globals of its type, which SAM merges before CloudFormation sees the template:
 * maps are merged, lists are joined, and of all other values the resource's own counts. `ignored` are the names of
 * Globals that do not count for the resource; `*` are all. Undefined if the template has no Globals for the resource.
 */
export function withGlobals(
  globals: TemplateNode | undefined,
  type: string,
  properties: TemplateNode | undefined,
  ignored: readonly string[],
): TemplateNode | undefined {
  const section = SECTIONS.get(type);
  const shared = section !== undefined && globals?.kind === "map" ? globals.entries.get(section) : undefined;
  if (shared?.kind !== "map" || ignored.includes("*")) return undefined;
  const counted: MapNode = {
    ...shared,
    entries: new Map([...shared.entries].filter(([name]) => !ignored.includes(name))),
  };
  return properties === undefined ? counted : merged(counted, properties);
}

function merged(shared: TemplateNode, own: TemplateNode): TemplateNode {
  if (shared.kind === "map" && own.kind === "map") return mergedMap(shared, own);
  if (shared.kind === "list" && own.kind === "list") return { ...own, items: [...shared.items, ...own.items] };
  return own;
}

function mergedMap(shared: MapNode, own: MapNode): MapNode {
  const entries = new Map(shared.entries);
  for (const [name, value] of own.entries) {
    const other = entries.get(name);
    entries.set(name, other === undefined ? value : merged(other, value));
  }
  return { ...own, entries };
}
