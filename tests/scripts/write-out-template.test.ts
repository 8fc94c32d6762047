import { parseTemplate, type TemplateNode } from "@portcullis/emulator/template";
import { describe, expect, it } from "vitest";
import { isAlias, parse, parseDocument, visit } from "yaml";
import { projectTemplate, TEMPLATE } from "../../packages/emulator/tests/support/project-template.ts";
import { writeOutTemplate } from "../../scripts/write-out-template.ts";

/** A node without its positions in the file. */
function plain(node: TemplateNode): unknown {
  if (node.kind === "scalar") return node.value;
  if (node.kind === "list") return node.items.map(plain);
  if (node.kind === "intrinsic") return { function: node.name, argument: plain(node.argument) };
  return Object.fromEntries([...node.entries].map(([name, inner]) => [name, plain(inner)]));
}

describe("the template that npm run build writes", () => {
  const source = projectTemplate();
  const written = writeOutTemplate(source);

  it("has the same content as the source", () => {
    expect(plain(parseTemplate("written", written))).toEqual(plain(parseTemplate(TEMPLATE, source)));
  });

  it("has no alias, anchor or merge key, which CloudFormation refuses", () => {
    const found: unknown[] = [];
    visit(parseDocument(written), {
      Node: (_key, node) => void ((isAlias(node) || node.anchor !== undefined) && found.push(node)),
      Pair: (_key, { key }) => void (String(key) === "<<" && found.push(key)),
    });

    expect(found).toEqual([]);
  });

  it("keeps a comment at every place where it applies", () => {
    const reason = "# Without it one bad record would send the whole batch again.";

    expect(source.split(reason).length - 1).toBe(1);
    expect(written.split(reason).length - 1).toBe(written.split("FunctionResponseTypes:").length - 1);
  });
});

describe("writing out aliases", () => {
  it.each<[string, string, unknown]>([
    ["an alias", "a: &x { c: [1] }\nb: *x", { a: { c: [1] }, b: { c: [1] } }],
    [
      "a merge, whose entries yield to the map's own",
      "a: &x { c: 1, d: 2 }\nb: { d: 3, <<: *x }",
      { a: { c: 1, d: 2 }, b: { c: 1, d: 3 } },
    ],
    [
      "a list of merges, of which the earlier ones win",
      "a: &x { c: 1, d: 2 }\nb: &y { d: 3, e: 4 }\nf: { <<: [*x, *y], c: 5 }",
      { a: { c: 1, d: 2 }, b: { d: 3, e: 4 }, f: { c: 5, d: 2, e: 4 } },
    ],
    ["an anchor within a merge", "a: { <<: &x { c: 1 } }\nb: { <<: *x }", { a: { c: 1 }, b: { c: 1 } }],
    [
      "a merge within a merge",
      "a: { <<: &x { <<: &y { c: 1 }, d: 2 } }\nb: { <<: *x, c: 3 }",
      { a: { c: 1, d: 2 }, b: { c: 3, d: 2 } },
    ],
  ])("%s", (_case, text, expected) => {
    expect(parse(writeOutTemplate(text))).toEqual(expected);
  });

  it.each([
    ["an anchor that stands twice", "a: &x 1\nb: &x 2", "the anchor &x stands twice"],
    ["an alias without an anchor", "a: *x", "the alias *x has no anchor"],
    ["a merge of a text", "a: &x b\nc: { <<: *x }", "is no map to merge"],
  ])("refuses %s", (_case, text, message) => {
    expect(() => writeOutTemplate(text)).toThrow(message);
  });
});
