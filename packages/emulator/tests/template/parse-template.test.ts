import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { parseTemplate, readTemplateText } from "../../src/template/parse-template.ts";
import { TemplateError } from "../../src/template/template-error.ts";
import type { TemplateNode } from "../../src/template/template-node.ts";

/** A node as JSON, with intrinsic functions in their long form. */
function plain(node: TemplateNode): unknown {
  if (node.kind === "scalar") return node.value;
  if (node.kind === "list") return node.items.map(plain);
  if (node.kind === "intrinsic") return { [node.name]: plain(node.argument) };
  return Object.fromEntries([...node.entries].map(([name, inner]) => [name, plain(inner)]));
}

function read(text: string): unknown {
  return plain(parseTemplate("template.yaml", text));
}

describe("anchors, aliases and merge keys", () => {
  it.each<[string, string, unknown]>([
    ["a scalar", "a: &x 1\nb: *x", { a: 1, b: 1 }],
    ["a map", "a: &x { c: 1 }\nb: *x", { a: { c: 1 }, b: { c: 1 } }],
    ["a list, and in a list", "a: &x [1]\nb: [*x, 2]", { a: [1], b: [[1], 2] }],
    ["an intrinsic function", "a: &x !Ref Name\nb: *x", { a: { Ref: "Name" }, b: { Ref: "Name" } }],
    ["within an intrinsic function", "a: &x 1\nb: !If [Is, *x, 2]", { a: 1, b: { "Fn::If": ["Is", 1, 2] } }],
    ["an anchor that is defined again", "a: &x 1\nb: *x\nc: &x 2\nd: *x", { a: 1, b: 1, c: 2, d: 2 }],
    ["a merge", "a: &x { c: 1, d: 2 }\nb: { <<: *x, d: 3 }", { a: { c: 1, d: 2 }, b: { c: 1, d: 3 } }],
    ["a merge behind an entry", "a: &x { c: 1 }\nb: { c: 2, <<: *x }", { a: { c: 1 }, b: { c: 2 } }],
    [
      "a merge of a merge",
      "a: &x { c: 1 }\nb: &y { <<: *x }\nd: { <<: *y }",
      { a: { c: 1 }, b: { c: 1 }, d: { c: 1 } },
    ],
    [
      "a merge of several maps, of which the first wins",
      "a: &x { c: 1 }\nb: &y { c: 2, d: 2 }\ne: { <<: [*x, *y] }",
      { a: { c: 1 }, b: { c: 2, d: 2 }, e: { c: 1, d: 2 } },
    ],
    ["a quoted key, which merges nothing", 'a: { "<<": 1 }', { a: { "<<": 1 } }],
  ])("%s", (_case, text, expected) => {
    expect(read(text)).toEqual(expected);
    if (!text.includes("!")) expect(parse(text, { merge: !text.includes('"<<"') })).toEqual(expected);
  });

  it("an aliased entry has the line of its key, and its content has the line of the anchor", () => {
    const { entries } = parseTemplate("template.yaml", "a: &x\n  c: 1\n\nb: *x");
    const aliased = entries.get("b");

    expect(aliased?.at.line).toBe(4);
    expect(aliased?.kind === "map" && aliased.entries.get("c")?.at.line).toBe(2);
  });

  it.each([
    ["an alias inside the node that it refers to", "a: 1\nb: &x [*x]", "template.yaml:2: the alias *x is inside"],
    ["an alias of a map around it", "a: &x\n  b: { <<: *x }", "template.yaml:2: the alias *x is inside"],
    ["an alias without an anchor", "a: 1\nb: *x", "template.yaml:2: the alias *x has no anchor before it"],
    ["a merge of a text", "a: &x c\nb: { <<: *x }", "template.yaml:1: a merge key (<<) takes a map"],
    ["a merge of an intrinsic function", "a: { <<: !Ref X }", "template.yaml:1: a merge key (<<) takes a map"],
  ])("refuses %s", (_case, text, message) => {
    expect(() => read(text)).toThrow(message);
  });
});

describe("the template's text", () => {
  it("is the file's text", () => {
    expect(readTemplateText("infra/template.yaml")).toMatch(/^AWSTemplateFormatVersion/);
  });

  it.each([
    ["infra/none.yaml", "ENOENT"],
    ["infra", "EISDIR"],
  ])("%s is refused in one line", (file, code) => {
    const reading = () => readTemplateText(file);

    expect(reading).toThrow(TemplateError);
    expect(reading).toThrow(`${file}: cannot be read (${code})`);
  });
});
