import { isAlias, isMap, isScalar, isSeq, type Node, type Pair, parseDocument, visit, type YAMLMap } from "yaml";

const HEADER =
  "# Written from infra/template.yaml by `npm run build`, without YAML aliases: change that file, not this one.\n\n";

type Anchors = ReadonlyMap<string, Node>;

/** The template as CloudFormation takes it: what an alias or a merge key stands for is written in its place. */
export function writeOutTemplate(text: string): string {
  const document = parseDocument(text);
  const anchors = takeAnchors(document.contents);
  visit(document, {
    Map: (_key, map) => writeOutMerges(map, anchors),
    Alias: (_key, { source }) => anchored(source, anchors).clone() as Node,
  });
  return HEADER + document.toString({ lineWidth: 0 });
}

function takeAnchors(contents: Node | null): Anchors {
  const anchors = new Map<string, Node>();
  visit(contents, {
    Value: (_key, node) => {
      if (node.anchor === undefined) return;
      if (anchors.has(node.anchor)) throw new Error(`the anchor &${node.anchor} stands twice`);
      anchors.set(node.anchor, node);
      delete node.anchor;
    },
  });
  return anchors;
}

function anchored(name: string, anchors: Anchors): Node {
  const node = anchors.get(name);
  if (node === undefined) throw new Error(`the alias *${name} has no anchor`);
  return node;
}

/** A map's own entries win over merged ones. A merged map may have a merge key itself. */
function writeOutMerges(map: YAMLMap, anchors: Anchors): void {
  for (let index = mergeKeyIn(map); index >= 0; index = mergeKeyIn(map)) {
    const [merge] = map.items.splice(index, 1);
    const present = new Set(map.items.map(({ key }) => String(key)));
    map.items.splice(index, 0, ...mergedPairs(merge?.value, anchors).filter(({ key }) => !present.has(String(key))));
  }
}

function mergeKeyIn({ items }: YAMLMap): number {
  return items.findIndex(({ key }) => isScalar(key) && key.value === "<<" && key.type === "PLAIN");
}

function mergedPairs(value: unknown, anchors: Anchors): readonly Pair[] {
  const source = isAlias(value) ? anchored(value.source, anchors) : value;
  if (isSeq(source)) return source.items.flatMap((item) => mergedPairs(item, anchors)).filter(isFirstOfItsKey);
  if (!isMap(source)) throw new Error(`${String(value)} is no map to merge`);
  return source.items.map((pair) => pair.clone());
}

/** Of several merged maps the earlier ones win. */
function isFirstOfItsKey({ key }: Pair, index: number, pairs: readonly Pair[]): boolean {
  return pairs.findIndex((pair) => String(pair.key) === String(key)) === index;
}
