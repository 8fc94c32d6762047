// biome-ignore-all lint/suspicious/noTemplateCurlyInString: Fn::Sub has such placeholders.
import { describe, expect, it } from "vitest";
import { Evaluation, NO_VALUE, type Value } from "../../src/template/evaluation.ts";
import { parseTemplate } from "../../src/template/parse-template.ts";
import type { TemplateNode } from "../../src/template/template-node.ts";

const conditions = parseTemplate(
  "conditions.yaml",
  `
Yes: !Equals [!Ref Name, orders]
No: !Not [!Condition Yes]
Both: !And [!Condition Yes, !Condition No]
Either: !Or [{ Condition: Yes }, !Condition No]
`,
);
const references = new Map<string, Value | typeof NO_VALUE>([
  ["AWS::NoValue", NO_VALUE],
  ["AWS::Region", "eu-west-1"],
  ["Name", "orders"],
  ["Names", ["a", "b"]],
  ["Count", 3],
]);

const evaluation = new Evaluation({
  reference: (name) => references.get(name),
  attribute: (resource, attribute) => (resource === "Queue" ? `the queue's ${attribute}` : undefined),
  condition: (name) => conditions.entries.get(name),
  mapping: (...path) => (path.join(".") === "Sizes.small.memory" ? 128 : undefined),
});

function nodeOf(yaml: string): TemplateNode {
  const node = parseTemplate("test.yaml", `value: ${yaml}\n`).entries.get("value");
  if (node === undefined) throw new Error("no value");
  return node;
}

const evaluate = (yaml: string) => evaluation.value(nodeOf(yaml));

describe("intrinsic functions", () => {
  it.each([
    ["Ref", "!Ref Name", "orders"],
    ["Ref, long", "{ Ref: Name }", "orders"],
    ["Ref of a list", "!Ref Names", ["a", "b"]],
    ["GetAtt", "!GetAtt Queue.Arn", "the queue's Arn"],
    ["GetAtt of a nested attribute", "!GetAtt Queue.Endpoint.Port", "the queue's Endpoint.Port"],
    ["GetAtt, long", "{ Fn::GetAtt: [Queue, Arn] }", "the queue's Arn"],
    ["Sub", "!Sub '${Name}-${AWS::Region}-${Queue.Arn}'", "orders-eu-west-1-the queue's Arn"],
    ["Sub of a number", "!Sub 'n${Count}'", "n3"],
    ["Sub with names of its own", "!Sub ['${Name}/${Own}', { Own: !Ref Name }]", "orders/orders"],
    ["Sub of its own name before the template's", "!Sub ['${Name}', { Name: mine }]", "mine"],
    ["Sub that leaves a literal", "!Sub '${!Name} $Name ${Name}'", "${Name} $Name orders"],
    ["Join", "!Join ['-', [a, !Ref Name, !Ref Count]]", "a-orders-3"],
    ["Join of a list", "!Join [',', !Ref Names]", "a,b"],
    ["Split", "!Split ['-', 'a-b-']", ["a", "b", ""]],
    ["Select", "!Select [1, !Ref Names]", "b"],
    ["Select of a split", "!Select ['0', !Split ['/', 'x/y']]", "x"],
    ["FindInMap with a default", "!FindInMap [Sizes, large, memory, { DefaultValue: !Ref Count }]", 3],
    ["FindInMap with a default that is not needed", "!FindInMap [Sizes, small, memory, { DefaultValue: 1 }]", 128],
    ["Base64", "!Base64 'a text'", "YSB0ZXh0"],
    ["Base64 of a Sub", "{ Fn::Base64: !Sub '${Name}' }", "b3JkZXJz"],
    ["GetAZs", "!GetAZs eu-north-1", ["eu-north-1a", "eu-north-1b", "eu-north-1c"]],
    ["GetAZs of the region", "!Select [1, !GetAZs '']", "eu-west-1b"],
    ["Cidr", "!Cidr [10.0.0.0/16, 3, 8]", ["10.0.0.0/24", "10.0.1.0/24", "10.0.2.0/24"]],
    ["Cidr of a part", "!Select [1, !Cidr [192.168.5.7/24, 2, '4']]", "192.168.5.16/28"],
    ["Length", "!Length [a, b]", 2],
    ["Length of a parameter", "!Length { Ref: Names }", 2],
    ["ToJsonString", "{ Fn::ToJsonString: { a: !Ref Count, b: [!Ref Name] } }", '{"a":3,"b":["orders"]}'],
    ["FindInMap", "!FindInMap [Sizes, small, memory]", 128],
    ["If", "!If [Yes, a, b]", "a"],
    ["If not", "!If [No, a, !Ref Name]", "orders"],
    ["And", "!If [Both, a, b]", "b"],
    ["Or, by the long form of a condition", "!If [Either, a, b]", "a"],
    ["nothing in a list", "[a, !Ref AWS::NoValue, b]", ["a", "b"]],
    ["nothing in a map", "{ a: 1, b: !If [No, 2, !Ref AWS::NoValue] }", { a: 1 }],
    ["depth", "{ a: [{ b: !If [Yes, { c: !Ref Name }, 0] }] }", { a: [{ b: { c: "orders" } }] }],
    ["a quoted date", "'2012-10-17'", "2012-10-17"],
    [
      "a map with a name of the language's",
      "{ __proto__: 1, constructor: 2 }",
      JSON.parse('{"__proto__":1,"constructor":2}'),
    ],
  ])("%s", (_name, yaml, value) => {
    const found = evaluate(yaml);

    expect(found).toEqual(value);
  });

  it("do not evaluate the branch that is not taken", () => {
    expect(evaluate("!If [Yes, a, !GetAtt Nobody.Arn]")).toBe("a");
  });
});

describe("what cannot be evaluated", () => {
  it.each([
    ["an unknown reference", "!Ref Nobody", "there is no parameter or resource Nobody"],
    ["an unknown resource", "!GetAtt Nobody.Arn", "there is no resource Nobody"],
    ["an unknown name in a text", "!Sub '${Nobody}'", "there is no parameter or resource Nobody"],
    ["an unknown condition", "!If [Maybe, a, b]", "there is no condition Maybe"],
    ["an unknown mapping", "!FindInMap [Sizes, large, memory]", "there is no mapping Sizes.large.memory"],
    ["an unknown function", "!Nonsense [a, 1, 2]", "Fn::Nonsense is not known to the emulator"],
    [
      "a value of another stack",
      "!ImportValue x",
      "Fn::ImportValue is not known to the emulator: another stack exports",
    ],
    ["a macro", "{ Fn::Transform: { Name: AWS::Include } }", "Fn::Transform is not known to the emulator: a macro of"],
    ["a block that is none", "!Cidr [a, 1, 2]", "Fn::Cidr takes a block, a count and a number of bits"],
    ["a block that is too small", "!Cidr [10.0.0.0/24, 3, 7]", "Fn::Cidr takes a block, a count and a number of bits"],
    ["the length of a text", "!Length abc", "expected a list"],
    ["too few arguments", "!If [Yes, a]", "expected a list of three"],
    ["arguments that are not a list", "!Join x", "expected a list"],
    ["a missing element", "!Select [2, !Ref Names]", "Fn::Select has no such element"],
    ["a list where a text belongs", "!Sub 'n${Names}'", "expected a text"],
    ["a text where a list belongs", "!Join [',', !Ref Name]", "expected a list"],
  ])("%s is named with its line", (_name, yaml, problem) => {
    const node = nodeOf(`\n  nested: ${yaml}`);

    expect(() => evaluation.value(node)).toThrow(`test.yaml:2: ${problem}`);
  });

  it("a condition that is a plain value", () => {
    const truth = new Evaluation({
      reference: () => undefined,
      attribute: () => undefined,
      condition: () => nodeOf("true"),
      mapping: () => undefined,
    });

    expect(() => truth.value(nodeOf("!If [Always, a, b]"))).toThrow("test.yaml:1: a condition is one of");
  });
});
