import { isAlias, isMap, isScalar, isSeq, LineCounter, type ParsedNode, parseDocument, type YAMLMap } from "yaml";
import { isExactNumber } from "../exact-number.ts";
import { TemplateError, type TemplateLocation } from "./template-error.ts";
import type { MapNode, Scalar, TemplateNode } from "./template-node.ts";

/** YAML (and so JSON) with CloudFormation's short and long forms of intrinsic functions. Throws TemplateError. */
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
  const root = toNode(document.contents, at);
  if (root.kind !== "map") throw new TemplateError(root.at, "a template is a map of sections");
  return root;
}

type Locate = (node: ParsedNode | null) => TemplateLocation;

function toNode(node: ParsedNode | null, at: Locate): TemplateNode {
  const short = node?.tag?.match(/^!(\w+)$/)?.[1];
  if (short === undefined) return longForm(toPlainNode(node, at));
  const name = short === "Ref" || short === "Condition" ? short : `Fn::${short}`;
  return { kind: "intrinsic", name, argument: toPlainNode(node, at), at: at(node) };
}

function toPlainNode(node: ParsedNode | null, at: Locate): TemplateNode {
  if (isMap<ParsedNode, ParsedNode | null>(node)) return { kind: "map", entries: entriesOf(node, at), at: at(node) };
  if (isSeq<ParsedNode>(node)) return { kind: "list", items: node.items.map((item) => toNode(item, at)), at: at(node) };
  if (isAlias(node)) throw new TemplateError(at(node), "CloudFormation takes no YAML aliases");
  if (!isScalar(node)) return { kind: "scalar", value: null, at: at(node) };
  const { value, source = "" } = node;
  // In an event pattern it would match another number.
  if (typeof value === "number" && /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(source) && !isExactNumber(source)) {
    throw new TemplateError(at(node), `the number ${source} has more digits than the local runtime holds`);
  }
  return { kind: "scalar", value: value as Scalar, at: at(node) };
}

function entriesOf(map: YAMLMap<ParsedNode, ParsedNode | null>, at: Locate): ReadonlyMap<string, TemplateNode> {
  return new Map(
    map.items.map(({ key, value }) => {
      const node = toNode(value, at);
      // A value begins where its key stands: that is the line that a person looks for.
      return [String(isScalar(key) ? key.value : key), { ...node, at: at(key) }];
    }),
  );
}

/** `Condition` has no such form: the same word names a resource's condition and a policy's. */
function longForm(node: TemplateNode): TemplateNode {
  if (node.kind !== "map" || node.entries.size !== 1) return node;
  const [[name, argument] = ["", node]] = node.entries;
  return name === "Ref" || name.startsWith("Fn::") ? { kind: "intrinsic", name, argument, at: node.at } : node;
}
