import { readFileSync } from "node:fs";
import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Pair,
  type ParsedNode,
  parseDocument,
  type Scalar as YamlScalar,
} from "yaml";
import { isExactNumber } from "../exact-number.ts";
import { TemplateError, type TemplateLocation } from "./template-error.ts";
import type { MapNode, Scalar, TemplateNode } from "./template-node.ts";

/**
 * Parses YAML (and so JSON) with CloudFormation's short and long forms of intrinsic functions. Resolves anchors,
 * aliases and merge keys, as the SAM CLI does before it deploys. Throws TemplateError.
 */
export function parseTemplate(file: string, text: string): MapNode {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const [error] = document.errors;
  if (error !== undefined) {
    const [summary = ""] = error.message.split("\n");
    throw new TemplateError({ file, line: lines.linePos(error.pos[0]).line }, summary.replace(/ at line .*$/, ""));
  }
  const at = (node: ParsedNode | null): TemplateLocation => ({
    file,
    line: node === null ? 1 : lines.linePos(node.range[0]).line,
  });
  const root = toNode(document.contents, { at, anchored: new Map() });
  if (root.kind !== "map") throw new TemplateError(root.at, "a template is a map of sections");
  return root;
}

type Reading = {
  readonly at: (node: ParsedNode | null) => TemplateLocation;
  /** The nodes by anchor, in the file's order. Undefined while the node with the anchor is being read. */
  readonly anchored: Map<string, TemplateNode | undefined>;
};

function toNode(node: ParsedNode | null, reading: Reading): TemplateNode {
  if (isAlias(node)) return aliased(node.source, reading.at(node), reading);
  const anchor = node?.anchor;
  if (anchor === undefined) return toTaggedNode(node, reading);
  reading.anchored.set(anchor, undefined);
  const found = toTaggedNode(node, reading);
  reading.anchored.set(anchor, found);
  return found;
}

function aliased(anchor: string, at: TemplateLocation, { anchored }: Reading): TemplateNode {
  const node = anchored.get(anchor);
  if (node === undefined) {
    const problem = anchored.has(anchor) ? "is inside the node that it refers to" : "has no anchor before it";
    throw new TemplateError(at, `the alias *${anchor} ${problem}`);
  }
  return node;
}

function toTaggedNode(node: ParsedNode | null, reading: Reading): TemplateNode {
  const short = node?.tag?.match(/^!(\w+)$/)?.[1];
  if (short === undefined) return longForm(toPlainNode(node, reading));
  const name = short === "Ref" || short === "Condition" ? short : `Fn::${short}`;
  // The argument may be a long form, as in `!GetAZs { Ref: AWS::Region }`.
  return { kind: "intrinsic", name, argument: longForm(toPlainNode(node, reading)), at: reading.at(node) };
}

function toPlainNode(node: ParsedNode | null, reading: Reading): TemplateNode {
  const at = reading.at(node);
  if (isMap<ParsedNode, ParsedNode | null>(node)) return { kind: "map", entries: entriesOf(node.items, reading), at };
  if (isSeq<ParsedNode>(node)) return { kind: "list", items: node.items.map((item) => toNode(item, reading)), at };
  if (!isScalar(node)) return { kind: "scalar", value: null, at };
  const { value, source = "" } = node;
  // A rounded number in an event pattern would match another number.
  if (typeof value === "number" && /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(source) && !isExactNumber(source)) {
    throw new TemplateError(at, `the number ${source} has more digits than the emulator holds`);
  }
  return { kind: "scalar", value: value as Scalar, at };
}

type Item = Pair<ParsedNode, ParsedNode | null>;

/** The entries of a map. Its own entries override those of a merge key, wherever the key is. */
function entriesOf(items: readonly Item[], reading: Reading): ReadonlyMap<string, TemplateNode> {
  const merged: TemplateNode[] = [];
  const own = new Map<string, TemplateNode>();
  for (const { key, value } of items) {
    const node = toNode(value, reading);
    if (isMergeKey(key)) merged.push(node);
    // The location of a value is that of its key: a person looks for that line.
    else own.set(String(isScalar(key) ? key.value : key), { ...node, at: reading.at(key) });
  }
  return new Map([...merged.flatMap(mergedEntries), ...own]);
}

function isMergeKey(key: ParsedNode): boolean {
  return isScalar(key) && key.value === "<<" && (key as YamlScalar).type === "PLAIN";
}

/** The entries of a merge key. If a list of maps repeats a name, the first map counts. */
function mergedEntries(node: TemplateNode): readonly (readonly [string, TemplateNode])[] {
  if (node.kind === "map") return [...node.entries];
  if (node.kind === "list") return node.items.toReversed().flatMap(mergedEntries);
  throw new TemplateError(node.at, "a merge key (<<) takes a map or a list of maps");
}

/**
 * Turns a short form into the long form. `Condition` has no long form: the same word names a resource's condition and a
 * policy's.
 */
function longForm(node: TemplateNode): TemplateNode {
  if (node.kind !== "map" || node.entries.size !== 1) return node;
  const [[name, argument] = ["", node]] = node.entries;
  // `Fn::ForEach::Name` is a key beside others, which makes entries of a map.
  return name === "Ref" || (name.startsWith("Fn::") && !name.startsWith("Fn::ForEach::"))
    ? { kind: "intrinsic", name, argument, at: node.at }
    : node;
}

/** Reads the text of a template. Throws TemplateError if the file cannot be read. */
export function readTemplateText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new TemplateError({ file: path }, `cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
}
